package cli

import (
	"context"
	"os"

	"github.com/spf13/pflag"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/internal/store"
)

// keptFlags say where cases are kept, for the commands that work on the store itself. What is not said by a flag comes from
// the environment or the file of settings, as it does for the service.
type keptFlags struct {
	data, store, keyFile string

	file  string // of settings
	flags *pflag.FlagSet
}

// keptFlags adds the flags that say where cases are kept.
func (a *app) keptFlags(f *pflag.FlagSet, k *keptFlags) {
	k.flags = f
	f.StringVar(&k.data, "data", "", a.say("serve.setting.data", nil))
	f.StringVar(&k.store, "store", "", a.say("serve.setting.store", nil))
	f.StringVar(&k.keyFile, "key-file", "", a.say("serve.setting.key_file", nil))
	f.StringVar(&k.file, "config", "", a.say("serve.flag.config", nil))
}

// keptSettings returns the settings in force.
func (a *app) keptSettings(k keptFlags) (c serveConfig, err error) {
	if k.file == "" {
		k.file = os.Getenv("STEGVIS_CONFIG")
	}
	var faults diag.List
	resolve(c.settings(), k.flags, k.file, &faults)
	if a.tell(faults); faults.HasErrors() {
		return c, misuse{a.say("kept.bad-config", nil)}
	}
	if a.workflows == "" {
		a.workflows = c.workflows
	}
	if c.kept.data == "" && c.kept.address == "" {
		return c, misuse{a.say("kept.nowhere", nil)}
	}
	c.kept.settle()
	return c, nil
}

// openStore opens the store that there is.
func (a *app) openStore(ctx context.Context, k keptFlags) (*store.Store, error) {
	c, err := a.keptSettings(k)
	if err != nil {
		return nil, err
	}
	return a.existingStore(ctx, c.kept)
}
