package deploy_test

import (
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const unit = "stegvis.service"

// analyze runs systemd-analyze on the unit, with the program where it is here.
func analyze(t *testing.T, args ...string) (string, error) {
	t.Helper()
	text := strings.Replace(read(t, "systemd", unit), "ExecStart=/usr/local/bin/stegvis ", "ExecStart="+binary+" ", 1)
	path := filepath.Join(t.TempDir(), unit)
	must(t, os.WriteFile(path, []byte(text), 0o644))
	out, err := exec.Command("systemd-analyze", append(args, path)...).CombinedOutput()
	return string(out), err
}

// directive returns what the unit says of something; the last one where it says it several times.
func directive(t *testing.T, name string) (value string) {
	t.Helper()
	for line := range strings.Lines(read(t, "systemd", unit)) {
		if v, ok := strings.CutPrefix(strings.TrimSpace(line), name+"="); ok {
			value = v
		}
	}
	return value
}

func TestSystemdTakesTheUnit(t *testing.T) {
	if out, err := analyze(t, "verify", "--man=no"); err != nil || out != "" {
		t.Errorf("%v\n%s", err, out)
	}
}

// systemd counts what a service could do to its machine, from 0 (100 as --threshold has it) to 10.
func TestTheUnitLetsTheServiceDoLittle(t *testing.T) {
	if out, err := analyze(t, "security", "--offline=true", "--threshold=12", "--no-pager"); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestTheUnitStartsTheServiceWithSettingsThatExist(t *testing.T) {
	config, err := filepath.Abs(filepath.Join("systemd", "stegvis.toml"))
	must(t, err)
	args := strings.Fields(strings.Replace(directive(t, "ExecStart"), "/etc/stegvis/stegvis.toml", config, 1))[1:]
	name, value, _ := strings.Cut(directive(t, "Environment"), "=")
	from, settings := printed(t, args, map[string]string{name: strings.Replace(value, "%d", "/run/credentials/"+unit, 1)})
	if want := "/run/credentials/" + unit + "/master.key"; settings["key_file"] != want {
		t.Errorf("the service looks for its master key at %q, and systemd puts it at %q", settings["key_file"], want)
	}
	for _, name := range []string{"addr", "workflows", "state_dir", "data"} {
		if from[name] != "From the file "+config+"." {
			t.Errorf("%s: %s", name, from[name])
		}
	}
	for _, name := range []string{"state_dir", "data"} {
		if !strings.HasPrefix(settings[name]+"/", "/var/lib/"+directive(t, "StateDirectory")+"/") {
			t.Errorf("%s is %s, and the service can write below its StateDirectory alone", name, settings[name])
		}
	}
}

// The settings that stand in stegvis.toml as comments, for whoever wants them, are taken too.
func TestWhatIsCommentedOutIsTakenToo(t *testing.T) {
	var shown []string
	for line := range strings.Lines(read(t, "systemd", "stegvis.toml")) {
		if text, ok := strings.CutPrefix(line, "# "); ok && strings.Contains(text, " = ") {
			shown = append(shown, text)
		}
	}
	if len(shown) < 2 {
		t.Fatalf("found %q", shown)
	}
	path := filepath.Join(t.TempDir(), "stegvis.toml")
	must(t, os.WriteFile(path, []byte(strings.Join(shown, "")), 0o644))
	printed(t, []string{"serve", "--config", path}, nil)
}

func TestTheServiceHasTimeToStop(t *testing.T) {
	given, err := time.ParseDuration(directive(t, "TimeoutStopSec"))
	must(t, err)
	if needed := stopping(t, nil); given <= needed {
		t.Errorf("systemd kills it after %s, and it may take %s", given, needed)
	}
}

// stopping is the longest that the service takes to stop: requests go on for a while, then they end, then what works on jobs does.
func stopping(t *testing.T, environment map[string]string) time.Duration {
	t.Helper()
	_, value := printed(t, []string{"serve"}, environment)
	drain, err := time.ParseDuration(value["drain"])
	must(t, err)
	stop, err := time.ParseDuration(value["stop_timeout"])
	must(t, err)
	return drain + 2*stop
}

// The unit says Type=notify: systemd holds back what comes after the service until it answers, and hears when it stops.
func TestTheServiceTellsSystemdWhenItAnswersAndWhenItStops(t *testing.T) {
	if kind := directive(t, "Type"); kind != "notify" {
		t.Fatalf("the unit is of type %q", kind)
	}
	folder, err := os.MkdirTemp("", "notify") // a socket's path has room for some 100 letters
	must(t, err)
	t.Cleanup(func() { os.RemoveAll(folder) })
	socket, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: filepath.Join(folder, "socket"), Net: "unixgram"})
	must(t, err)
	defer socket.Close()
	must(t, socket.SetReadDeadline(time.Now().Add(within)))
	hear := func() string {
		text := make([]byte, 1024)
		n, err := socket.Read(text)
		must(t, err)
		return string(text[:n])
	}
	address := freeAddress(t)
	cmd := process(t, "stegvis", []string{"NOTIFY_SOCKET=" + socket.LocalAddr().String()}, binary, "serve", "--addr", address)
	if told := hear(); told != "READY=1" {
		t.Fatalf("it told %q", told)
	}
	asks := &site{client: &http.Client{Timeout: within}}
	if status, answer := asks.ask("GET", "http://"+address+"/readyz", ""); status != http.StatusOK { // the first time, however long it takes
		t.Errorf("it says that it is ready, and is not: %d %s", status, answer)
	}
	must(t, cmd.Process.Signal(os.Interrupt))
	if told := hear(); told != "STOPPING=1" {
		t.Errorf("it told %q", told)
	}
}
