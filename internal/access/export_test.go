package access

// Catalogue holds the sentences that stand for what is not seen.
var Catalogue = catalogue
