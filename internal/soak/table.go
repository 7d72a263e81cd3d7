package main

import "time"

// many is how often each property is tried in the long run.
const many = 20_000

// table is what the full run does. The numbers are those of the list of faults that the project guards against; what
// is said beside a number is what must happen in spite of the fault.
var table = []row{
	{1, "a file with an error keeps its model's last good version, and the rest go live", live(1, time.Minute)},
	{2, "a file cut off at any byte is never partly live", []suite{
		{pkg: "./interpreter/live", tests: []string{faults(2)}, limit: 5 * time.Minute},
		{pkg: "./dsl", tests: []string{"TestACutFileIsRefusedOrMeansWhatItsWholeLinesMean"}, limit: 3 * time.Minute},
		{pkg: "./dsl/syntax", tests: []string{"TestATextCutOffAnywhereIsReadAsFarAsItGoes"}, limit: time.Minute},
	}},
	{3, "each way of saving is one reload within two seconds", live(3, 2*time.Minute)},
	{4, "1,000 symlink swaps end in the last version, and none is mixed", live(4, 3*time.Minute)},
	{5, "a folder removed and made again is found again", live(5, time.Minute)},
	{6, "40,000 writes end in the last text", live(6, 3*time.Minute)},
	{7, "a writer that never stops does not stop reloads", live(7, time.Minute)},
	{8, "a vocabulary and a model changed in turn never give a mixed answer", live(8, 2*time.Minute)},
	{9, "10,000 reloads under load, a third of them bad: no answer failed, mixed or stale", append(live(9, 25*time.Minute), http(9, 5*time.Minute)...)},
	{10, "a start on bad files serves the last good set and says so; with none it fails and says why", append(live(10, time.Minute), suite{
		pkg: "./interpreter/live", tests: []string{"TestOpenWithoutAnyGoodModelFailsAndNamesTheFaults"}, limit: time.Minute,
	})},
	{11, "links that lead out, pipes, devices and huge files are refused unread", []suite{
		{pkg: "./interpreter/live", tests: []string{faults(11)}, limit: time.Minute},
		{pkg: "./dsl", tests: []string{"TestWhatIsNoPlainFileOfTheFolderIsRefusedUnread", "TestTooManyFilesAreRefused", "TestFilesThatAreLargeTogetherAreRefused"}, limit: time.Minute},
	}},
	{12, "a version that is removed goes on answering for its cases, from the files that did, and only who is told to moves them", []suite{
		{pkg: "./internal/casework", tests: []string{
			"TestAVersionThatIsGoneGoesOnAnsweringForItsCases", "TestFactsThatTheModelNoLongerTakesAreToldOfAndNotLost",
			"TestCasesAreMovedToAnotherVersionAndNoneByItself", "TestACaseWhoseFactsAVersionCannotTakeStaysUnlessToldTo", "TestManyEndedFileSetsAreNotAllHeldInMemory",
		}, limit: 3 * time.Minute},
	}},
	{13, "a fact that is not known is unknown, asked for, and never taken for false", []suite{
		{pkg: "./interpreter", tests: []string{
			"TestConnectivesAreKleenes", "TestTestsOfValues", "TestAKnownResultHoldsForEveryCompletion", "TestDecisionsAreThoseOfTheDesign", "TestMissingIsWhatCanChangeAnything",
		}, checks: many, limit: 10 * time.Minute},
	}},
	{14, "a case for which no rule matches is stuck, and says why", []suite{
		{pkg: "./interpreter", tests: []string{"TestStuckNamesWhatNobodyCanTell", "TestDecisionsDoNotContradictThemselves"}, checks: many, limit: 5 * time.Minute},
		{pkg: "./interpreter", tests: []string{"TestDrawnCasesReachEverything"}, limit: time.Minute},
	}},
	{15, "cycles, unreachable steps and missing targets are refused at their place", []suite{
		{pkg: "./dsl", tests: []string{"TestEveryFaultOfABrokenFileIsReportedAtItsPlaceAndNoOther", "TestAStepIsNeverReachedExactlyWhenNoFactsReachIt"}, checks: many, limit: 2 * time.Minute},
	}},
	{16, "the same case has the same answer to the byte, a thousand times and in every process", []suite{
		{pkg: "./interpreter", tests: []string{"TestTheSameCase.*", "TestManyGoroutinesShareAProgram"}, limit: 5 * time.Minute},
	}},
	{17, "a rule that could overflow, divide by nothing or leave the numbers is refused", []suite{
		{pkg: "./interpreter", tests: []string{"TestArithmeticIsExactToTheEndsOfTheRangesAndOverflowIsRefused"}, checks: many, limit: 2 * time.Minute},
		{pkg: "./dsl/rule", tests: []string{"TestTypesAndRanges"}, limit: time.Minute},
	}},
	{18, "å typed as one letter or as two is the same", []suite{
		{pkg: "./dsl", tests: []string{"TestLettersTypedInTwoPartsAreTheSameLetters"}, limit: time.Minute},
		{pkg: "./dsl/syntax", tests: []string{"TestNamesAreEqualHoweverTheirLettersAreComposed"}, limit: time.Minute},
		{pkg: "./interpreter", tests: []string{"TestComposedAndDecomposedNamesAndValuesAreTheSame"}, limit: time.Minute},
	}},
	{19, "a recorded decision is made again, to the byte", []suite{
		{pkg: "./interpreter", tests: []string{"TestARecordedDecisionIsMadeAgain"}, limit: time.Minute},
	}},
	{20, "hostile rules are refused quickly and in little memory", []suite{
		{pkg: "./dsl/rule", tests: []string{"TestHostileRulesEndSoonAndSmall"}, limit: time.Minute},
		{pkg: "./interpreter", tests: []string{"TestTangledRulesBecomeLittleCodeAndAreRight", "TestDefinitionsOfDefinitionsDoNotBlowUp"}, checks: 1000, limit: 2 * time.Minute},
	}},
	{21, "hostile TOML is refused quickly and in little memory", []suite{
		{pkg: "./dsl/syntax", tests: []string{"TestHostileTextsAreRefusedWithinTheirMemory", "TestTextsAtALimitAreReadWithinTheirMemory", "TestTextsJustOverALimitAreRefused"}, limit: time.Minute},
		{pkg: "./dsl", tests: []string{"TestHostileFilesAreRefusedQuicklyAndInLittleMemory"}, limit: time.Minute},
	}},
	{22, "500 slow clients harm nobody, and are closed within five seconds", http(22, 2*time.Minute)},
	{23, "a body that is too large or packed is refused, in little memory", http(23, time.Minute)},
	{24, "every fault of a body is named at its place, in little memory", http(24, 2*time.Minute)},
	{25, "the same request in parallel has one effect and the same answer", append(http(25, 2*time.Minute),
		suite{pkg: "./internal/store", tests: []string{"TestARequest.*"}, limit: 2 * time.Minute},
		suite{pkg: "./internal/casework", tests: []string{"TestARequestIsDoneOnceAndAnsweredAlike"}, limit: time.Minute},
	)},
	{26, "what was made from an old revision is refused, and nothing is kept", append(http(26, 2*time.Minute),
		suite{pkg: "./internal/store", tests: []string{"TestWhatCannotBeIsRefusedAndChangesNothing"}, limit: time.Minute},
	)},
	{27, "a service that is told to stop under load answers all that it was asked", http(27, 5*time.Minute)},
	{28, "a panic is a problem for one request, and nothing of the case leaks", http(28, time.Minute)},
	{29, "a service or a database that is killed loses nothing that it acknowledged, and what it was doing is done by another", append(ordeal(29, 25*time.Minute), suite{
		pkg: "./internal/jobs", tests: []string{faults(29)}, limit: 3 * time.Minute,
	})},
	{30, "a disk that is full, fails or takes nothing: 503, a log that says why, and no answer that is not logged", ordeal(30, 10*time.Minute)},
	{31, "a row of the audit log that is changed, left out or cut off is named", []suite{
		{pkg: "./internal/audit", tests: []string{"Test.*"}, checks: 1000, limit: 5 * time.Minute},
	}},
	{32, "a process killed while it migrates, restores or starts for the first time leaves one version or the next, and the next start ends it", append(ordeal(32, 8*time.Minute), suite{
		pkg: "./internal/store", tests: []string{faults(32)}, limit: 15 * time.Minute,
	})},
	{33, "SQLite and PostgreSQL give the same, through one suite", []suite{
		{pkg: "./internal/store", tests: []string{"Test.*"}, skip: faults(32), limit: 5 * time.Minute},
		{pkg: "./internal/events", tests: []string{"Test.*"}, limit: 3 * time.Minute},
		{pkg: "./internal/casework", tests: []string{"Test.*"}, limit: 3 * time.Minute},
	}},
	{34, "a database that is gone and back: 503 meanwhile, then all goes on, and what became late is told", append(ordeal(34, 6*time.Minute),
		suite{pkg: "./internal/cli", tests: []string{faults(34)}, limit: 3 * time.Minute},
		suite{pkg: "./internal/httpapi", tests: []string{faults(34)}, limit: 2 * time.Minute})},
	{35, "an actor sees a fact where the model or the consent opens it to it, and nobody else sees anything", []suite{
		{pkg: "./internal/access", tests: []string{"TestWhoSees.*", "TestConsentToTheAuthoritiesIsNoneToTheEmployer", "TestNobodyAndNothingSeesNothing", "TestWhatIsNotPermittedIsForbidden"}, checks: many, limit: 10 * time.Minute},
	}},
	{36, "consent that is taken back closes what it opened, also of the past, and what is kept stays", []suite{
		{pkg: "./internal/casework", tests: []string{"TestConsentThatIsTakenBackClosesWhatItOpened", "TestWhatWasAnsweredIsNotAnsweredAgainToWhoIsNoPartyAnyMore"}, limit: 2 * time.Minute},
	}},
	{37, "what an actor is shown of a decision hangs on nothing that it may not see, and its steps are not wrong", []suite{
		{pkg: "./internal/access", tests: []string{"TestWhatAnActorIsShown.*"}, checks: many, limit: 15 * time.Minute},
	}},
	{38, "a case of others is answered as one that there is not: the same bytes, and times that nobody can tell apart", http(38, 3*time.Minute)},
	{39, "nothing forged, out of date or from elsewhere opens, and all of it is answered alike", []suite{
		{pkg: "./internal/door", tests: []string{"Test.*"}, checks: 2000, limit: 5 * time.Minute},
	}},
	{40, "a personal number in a case gets into no log, figure, trace or problem", http(40, 3*time.Minute)},
	{41, "whatever is done with a case leaves a row that says who, what and why, and what cannot leave one is not done", []suite{
		{pkg: "./internal/casework", tests: []string{"TestWhateverIsDoneWithACaseLeavesItsRow", "TestAnAnswerThatCannotBeLoggedIsNotGiven"}, limit: 2 * time.Minute},
	}},
	{42, "thousands of files, and a stream of a million cases, work in bounded memory, or are refused", append(live(42, 2*time.Minute), http(42, 3*time.Minute)...)},
	{43, "where the system watches no more files, the folder is polled", live(43, time.Minute)},
	{44, "memory, goroutines and files are flat under minutes of everything at once", ordeal(44, 7*time.Minute)},
	{45, "months end on their last day, leap days and week 53 included", []suite{
		{pkg: "./dsl/calendar", tests: []string{"TestAdd.*", "TestMonthsUntilCountsCompletedMonths", "TestUntilIsTheGreatestNumberThatIsNotPast", "TestDayAgreesWithTheTimePackage"}, checks: many, limit: 2 * time.Minute},
		{pkg: "./interpreter", tests: []string{"TestMonthsEndOnTheSameDayNumberOrTheLast"}, limit: time.Minute},
	}},
	{46, "the date in Stockholm decides, also in the nights when clocks change", []suite{
		{pkg: "./dsl/calendar", tests: []string{"TestTodayIsTheDateInStockholm"}, limit: time.Minute},
	}},
	{47, "a due day on a day off moves to the next workday, 2020 to 2040", []suite{
		{pkg: "./dsl/calendar", tests: []string{"TestWorkdays.*", "TestNextWorkdayIsTheFirstFromTheDayOn"}, limit: time.Minute},
		{pkg: "./interpreter", tests: []string{"TestADueDayRollsToTheNextWorkday", "TestRollMovesTheDueDayAndNotTheFirst"}, limit: time.Minute},
	}},
	{48, "the host's clock, zone and zone files change no answer about a day", []suite{
		{pkg: "./dsl/calendar", tests: []string{"TestTheHostsZoneChangesNothing"}, limit: time.Minute},
		{pkg: "./interpreter", tests: []string{"TestTheDayAskedAboutIsTheQuerysThenTheCasesThenToday"}, limit: time.Minute},
	}},
	{49, "many writers of one case make one history", []suite{
		{pkg: "./internal/store", tests: []string{"TestManyWritersOfOneCaseMakeOneHistory"}, limit: 2 * time.Minute},
	}},
	{50, "a snapshot stays as it was through reloads, and a request stays with its snapshot", append(live(50, time.Minute), http(50, time.Minute)...)},
	{51, "replicas with different files tell so, in answers and in readiness", http(51, time.Minute)},
}

// live are the tests of the hot reload that name the fault.
func live(fault int, limit time.Duration) []suite {
	return []suite{{pkg: "./interpreter/live", tests: []string{faults(fault)}, limit: limit}}
}

// http are the tests of the service that name the fault.
func http(fault int, limit time.Duration) []suite {
	return []suite{{pkg: "./internal/httpapi", tests: []string{faults(fault)}, limit: limit}}
}

// ordeal are the tests that put the program as it is shipped through the fault.
func ordeal(fault int, limit time.Duration) []suite {
	return []suite{{pkg: "./internal/soak/ordeal", tests: []string{faults(fault)}, limit: limit}}
}
