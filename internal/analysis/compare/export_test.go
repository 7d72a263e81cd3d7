package compare

// Catalogue is the sentences of the report, for the tests.
var Catalogue = catalogue
