package cells

// Free returns a formula that can hold or not in any case, whatever holds beside it. What is asked with it is asked of every way in which
// it can come out; Witness.Holds takes it not to hold.
func (s *Space) Free() Formula { return s.variable() }
