package report

// Catalogue is the package's own, for the tests of its completeness.
var Catalogue = catalogue
