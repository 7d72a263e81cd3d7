package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
	"github.com/hashicorp/go-hclog"
	"github.com/spf13/cobra"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/internal/httpapi"
	"github.com/stegvis/stegvis/interpreter/live"
	"github.com/stegvis/stegvis/interpreter/modeltest"
)

func (a *app) serveCommand() *cobra.Command {
	var config serveConfig
	var file string
	var show bool
	settings := config.settings()
	c := &cobra.Command{
		Use: "serve [--data FOLDER] [--addr HOST:PORT]", Short: a.say("serve.short", nil), Long: a.say("serve.long", nil), Example: a.say("serve.examples", nil),
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return misuse{a.say("serve.argument", map[string]any{"Text": args[0]})}
			}
			return nil
		},
		RunE: func(c *cobra.Command, _ []string) error {
			if file == "" {
				file = os.Getenv("STEGVIS_CONFIG")
			}
			var faults diag.List
			resolve(settings, c.Flags(), file, &faults)
			config.check(settings, &faults)
			if a.tell(faults); faults.HasErrors() {
				return misuse{a.say("serve.bad-config", nil)}
			}
			if show {
				a.printConfig(settings)
				return nil
			}
			return a.serve(c.Context(), config)
		},
	}
	f := c.Flags()
	f.SortFlags = false // what belongs together stands together, as --print-config shows it
	f.StringVar(&file, "config", "", a.say("serve.flag.config", nil))
	f.BoolVar(&show, "print-config", false, a.say("serve.flag.print-config", nil))
	for _, s := range settings {
		if s.name != "workflows" && s.name != "log_level" { // those are flags of every command
			said := a.say("serve.setting."+s.name, nil) + " " + a.say("serve.flag.default", map[string]any{"Value": s.value})
			f.Var(&written{kind: s.kind}, s.flag(), strings.TrimSpace(said))
			if s.kind == aSwitch {
				f.Lookup(s.flag()).NoOptDefVal = "true"
			}
		}
	}
	return c
}

// serve answers over HTTP until the context ends.
func (a *app) serve(ctx context.Context, c serveConfig) error {
	log := hclog.New(&hclog.LoggerOptions{Name: "stegvis", Level: hclog.LevelFromString(c.logLevel), Output: a.err, JSONFormat: c.logFormat == "json"})
	a.workflows = c.workflows
	dir, err := a.folder()
	if err != nil {
		return err
	}
	listenTLS, err := a.ownCertificate(c.door, log)
	if err != nil {
		return err
	}
	if c.stateDir == "" && c.kept.data != "" { // a restart on bad files must not stop what is due
		if err := a.dataFolder(c.kept.data); err != nil {
			return err
		}
		c.stateDir = filepath.Join(c.kept.data, "state")
	}
	models, closeModels, err := a.serveModels(dir, c, log)
	if err != nil {
		return err
	}
	defer closeModels()
	office, closeOffice, err := a.office(ctx, c.kept, models, log)
	if err != nil {
		return err
	}
	defer func() { closeOffice(c.limits.Stop) }()
	who, err := a.openDoor(c.door, office, models, log)
	if err != nil {
		return err
	}
	if office != nil {
		if err := office.Start(context.WithoutCancel(ctx)); err != nil {
			return a.hindered(c.kept, err)
		}
	}
	tracer, flush, err := httpapi.NewTracer(ctx, c.traces)
	if err != nil {
		return err
	}
	defer flush()
	service, err := httpapi.New(httpapi.Options{Models: models, Limits: c.limits, Logger: log, Tracer: tracer, Office: office, Door: who, Keyed: c.keyed, Audited: c.audited, TLS: listenTLS})
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", c.addr)
	if err != nil {
		fmt.Fprintln(a.err, a.say("serve.cannot-listen", map[string]any{"Addr": c.addr}))
		return errFound
	}
	url := "http://" + l.Addr().String()
	if listenTLS != nil {
		url = "https://" + l.Addr().String()
	}
	if c.addrFile != "" {
		if err := writeWhole(c.addrFile, []byte(l.Addr().String()+"\n")); err != nil {
			l.Close()
			fmt.Fprintln(a.err, a.say("serve.cannot-write", map[string]any{"Path": c.addrFile}))
			return errFound
		}
	}
	fmt.Fprintln(a.out, a.say("serve.answers", map[string]any{"URL": url, "Folder": dir, "Count": len(models.Snapshot().Set.IDs())}))
	log.Info("serving", "url", url, "folder", dir, "models", len(models.Snapshot().Set.IDs()))
	// The manager that started the process, where one wants to know. Nothing follows from its not hearing.
	daemon.SdNotify(false, daemon.SdNotifyReady)
	told := make(chan struct{})
	never := context.AfterFunc(ctx, func() {
		daemon.SdNotify(false, daemon.SdNotifyStopping)
		close(told)
	})
	err = service.Serve(ctx, l)
	if !never() {
		<-told
	}
	return err
}

// serveModels opens the models to answer from. Those of a folder are hot-reloaded; those built in never change.
func (a *app) serveModels(dir string, c serveConfig, log hclog.Logger) (models httpapi.Models, closeModels func(), err error) {
	if dir == "" {
		l := a.load(dir)
		return httpapi.Fixed(l.set, time.Now()), func() {}, nil
	}
	l, err := live.Open(live.Config{Dir: dir, StateDir: c.stateDir, Logger: log, Tests: testsOf(new(modeltest.Runner))})
	var none *live.NoModelError
	if errors.As(err, &none) {
		a.tell(none.Faults)
		fmt.Fprintln(a.err, a.say("serve.no-model", map[string]any{"Folder": dir}))
		return nil, nil, errFound
	}
	if err != nil {
		return nil, nil, err
	}
	a.tell(l.Status().Faults)
	return l, l.Close, nil
}
