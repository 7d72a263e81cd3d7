package describe

// keyExamples are the keys that systems ask with.
func keyExamples() []Example {
	return []Example{
		{Operation: "give-key", Name: "given", Method: "POST", Path: "/v1/keys", Kind: oneCase, File: "give-key.json"},
		{Operation: "give-key", Name: "body-at-fault", Method: "POST", Path: "/v1/keys", Kind: oneCase, File: "give-key-at-fault.json"},
		{Operation: "list-keys", Name: "all-keys", Method: "GET", Path: "/v1/keys"},
		{Operation: "revoke-key", Name: "unknown-key", Method: "DELETE", Path: "/v1/keys/5f2a91c4"},
	}
}
