package verify

// Catalogue is the sentences of the findings, for the tests.
var Catalogue = catalogue
