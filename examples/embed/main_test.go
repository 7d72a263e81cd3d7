package main

import "os"

// Example runs the program on the shipped models.
func Example() {
	if err := run("../../workflows", os.Stdout); err != nil {
		panic(err)
	}
	// Output:
	// case 4711 in faros 1 is open
	// next: Needs assessment, by fk
	// ask vard: Is the medical investigation of the patient complete?
	// ask fk: Do you judge that the person needs measures to regain work capacity?
	// refused: the fact `timmar_per_vecka` must be a number from 0 to 40 (hours/week)
	// refused: the model `faros` has no fact called `fardigutred`
}
