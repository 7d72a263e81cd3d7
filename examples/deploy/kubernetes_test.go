package deploy_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	policy "k8s.io/api/policy/v1"
	"sigs.k8s.io/yaml"
)

// manifests reads the file into the types that Kubernetes has; a key that these do not know fails the test.
func manifests(t *testing.T) (d apps.Deployment, s core.Service, p policy.PodDisruptionBudget) {
	t.Helper()
	for _, text := range strings.Split(read(t, "kubernetes", "stegvis.yaml"), "\n---\n") {
		var kind struct{ Kind string }
		must(t, yaml.Unmarshal([]byte(text), &kind))
		into := map[string]any{"Deployment": &d, "Service": &s, "PodDisruptionBudget": &p}[kind.Kind]
		if into == nil {
			t.Fatalf("a %q is not looked at here", kind.Kind)
		}
		must(t, yaml.UnmarshalStrict([]byte(text), into))
	}
	return d, s, p
}

func TestTheManifestFitsTheService(t *testing.T) {
	d, s, p := manifests(t)
	pod := d.Spec.Template
	labels := pod.Labels["app"]
	if labels == "" || d.Spec.Selector.MatchLabels["app"] != labels || s.Spec.Selector["app"] != labels || p.Spec.Selector.MatchLabels["app"] != labels {
		t.Error("not everything selects the pods")
	}
	c := pod.Spec.Containers[0]
	environment := map[string]string{}
	for _, e := range c.Env {
		environment[e.Name] = e.Value
	}
	printed(t, c.Args, environment)

	mounted := map[string]bool{}
	for _, m := range c.VolumeMounts {
		mounted[m.MountPath] = m.ReadOnly
		if m.SubPath != "" {
			t.Errorf("%s is mounted by a subPath, which never changes", m.MountPath)
		}
	}
	for name, want := range map[string]bool{"STEGVIS_WORKFLOWS": true, "STEGVIS_KEY_FILE": true, "STEGVIS_STATE_DIR": false} {
		path, _, _ := strings.Cut(strings.TrimPrefix(environment[name], "/"), "/")
		if readOnly, ok := mounted["/"+path]; !ok || readOnly != want {
			t.Errorf("%s is %s, and what is mounted is %v", name, environment[name], mounted)
		}
	}

	var document struct{ Paths map[string]any }
	must(t, json.Unmarshal([]byte(read(t, "..", "..", "docs", "openapi.json")), &document))
	for name, probe := range map[string]*core.Probe{"/healthz": c.LivenessProbe, "/readyz": c.ReadinessProbe} {
		if probe.HTTPGet.Path != name || document.Paths[name] == nil {
			t.Errorf("a probe asks %s", probe.HTTPGet.Path)
		}
	}
	given := time.Duration(*pod.Spec.TerminationGracePeriodSeconds) * time.Second
	if needed := stopping(t, environment) + time.Duration(c.Lifecycle.PreStop.Sleep.Seconds)*time.Second; given <= needed {
		t.Errorf("Kubernetes kills it after %s, and it may take %s", given, needed)
	}
}
