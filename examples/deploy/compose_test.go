package deploy_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
)

// project reads compose.yaml as Compose does.
func project(t testing.TB) *types.Project {
	t.Helper()
	p, err := loader.LoadWithContext(context.Background(), types.ConfigDetails{
		WorkingDir: "compose", ConfigFiles: []types.ConfigFile{{Filename: "compose.yaml", Content: []byte(read(t, "compose", "compose.yaml"))}}, Environment: types.Mapping{},
	})
	must(t, err)
	return p
}

// replicas are the services that run stegvis.
func replicas(t testing.TB, p *types.Project) (all []types.ServiceConfig) {
	t.Helper()
	for _, name := range p.ServiceNames() {
		if s := p.Services[name]; s.Image == "stegvis" {
			all = append(all, s)
		}
	}
	if len(all) != 2 {
		t.Fatalf("compose.yaml runs %d replicas", len(all))
	}
	return all
}

// environmentOf is what Compose gives a service.
func environmentOf(s types.ServiceConfig) map[string]string {
	environment := map[string]string{}
	for name, value := range s.Environment {
		environment[name] = *value
	}
	return environment
}

// prepared runs prepare.sh in a copy of the folder, with the workflows where it looks for them.
func prepared(t testing.TB) string {
	t.Helper()
	top := t.TempDir()
	folder := filepath.Join(top, "examples", "deploy", "compose")
	must(t, os.MkdirAll(folder, 0o755))
	must(t, os.CopyFS(filepath.Join(top, "workflows"), os.DirFS(filepath.Join("..", "..", "workflows"))))
	for _, name := range []string{"prepare.sh", "publish.sh"} {
		must(t, os.WriteFile(filepath.Join(folder, name), []byte(read(t, "compose", name)), 0o755))
	}
	for range 2 { // the second time, all is there
		if out, err := exec.Command(filepath.Join(folder, "prepare.sh")).CombinedOutput(); err != nil || len(out) > 0 {
			t.Fatalf("prepare.sh: %v\n%s", err, out)
		}
	}
	return folder
}

func TestComposeFitsTheService(t *testing.T) {
	p := project(t)
	all := replicas(t, p)
	folder := prepared(t)
	for _, s := range all {
		environment := environmentOf(s)
		printed(t, []string{"serve"}, environment)
		given := time.Duration(*s.StopGracePeriod)
		if needed := stopping(t, environment); given <= needed {
			t.Errorf("%s is killed after %s, and may take %s to stop", s.Name, given, needed)
		}
		if !s.ReadOnly || !slices.Equal(s.CapDrop, []string{"ALL"}) || !slices.Equal(s.SecurityOpt, []string{"no-new-privileges:true"}) || s.User == "" {
			t.Errorf("%s can do more than it needs", s.Name)
		}
		for _, v := range s.Volumes {
			if v.Type == types.VolumeTypeBind {
				if _, err := os.Stat(filepath.Join(folder, filepath.Base(v.Source))); err != nil {
					t.Errorf("%s: prepare.sh does not make it (%v)", v.Source, err)
				}
			}
		}
		// Where a setting names a file, it is one that is put there.
		there := []string{}
		for _, secret := range s.Secrets {
			target := secret.Target
			if target == "" {
				target = secret.Source
			}
			there = append(there, "/run/secrets/"+filepath.Base(target))
			source := filepath.Join(folder, "secrets", filepath.Base(p.Secrets[secret.Source].File))
			info, err := os.Stat(source)
			if err != nil || info.Mode().Perm() != 0o444 {
				t.Errorf("%s: prepare.sh does not make it for everybody in the container to read (%v)", source, err)
			}
		}
		for _, v := range s.Volumes {
			there = append(there, v.Target)
		}
		for _, name := range []string{"STEGVIS_KEY_FILE", "STEGVIS_WORKFLOWS", "STEGVIS_STATE_DIR", "STEGVIS_STORE"} {
			_, path, found := strings.Cut(environment[name], "passfile=")
			if !found {
				path = environment[name]
			}
			if !slices.ContainsFunc(there, func(at string) bool { return path == at || strings.HasPrefix(path, at+"/") }) {
				t.Errorf("%s: %s is not in the container of %s, only %q", name, path, s.Name, there)
			}
		}
	}
	if info, err := os.Stat(filepath.Join(folder, "secrets")); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("others can look into the folder of secrets (%v)", err)
	}
	for _, s := range all {
		if address := s.Name + ":" + environmentOf(s)["STEGVIS_ADDR"][len("0.0.0.0:"):]; !strings.Contains(read(t, "compose", "Caddyfile"), address) {
			t.Errorf("the proxy does not know %s", address)
		}
	}
}
