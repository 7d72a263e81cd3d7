package deploy_test

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// callsOf lists the system calls of a set that systemd knows, as "@system-service"; a name alone is itself.
func callsOf(t *testing.T, set string) map[string]bool {
	t.Helper()
	calls := map[string]bool{}
	if !strings.HasPrefix(set, "@") {
		calls[set] = true
		return calls
	}
	out, err := exec.Command("systemd-analyze", "syscall-filter", "--no-pager", set).Output()
	must(t, err)
	for _, line := range strings.Split(string(out), "\n")[1:] {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		for call := range callsOf(t, line) {
			calls[call] = true
		}
	}
	return calls
}

// permitted are the system calls that the unit lets through.
func permitted(t *testing.T) map[string]bool {
	t.Helper()
	calls := callsOf(t, "@default") // which systemd adds by itself
	for line := range strings.Lines(read(t, "systemd", unit)) {
		filter, ok := strings.CutPrefix(strings.TrimSpace(line), "SystemCallFilter=")
		if !ok {
			continue
		}
		sets, forbids := strings.CutPrefix(filter, "~")
		for _, set := range strings.Fields(sets) {
			for call := range callsOf(t, set) {
				if forbids {
					delete(calls, call)
				} else {
					calls[call] = true
				}
			}
		}
	}
	return calls
}

// The service does its work with the system calls that the unit leaves it.
func TestTheServiceMakesNoSystemCallThatTheUnitForbids(t *testing.T) {
	folder := t.TempDir()
	data, count, address := filepath.Join(folder, "data"), filepath.Join(folder, "count"), freeAddress(t)
	must(t, os.Mkdir(data, 0o700))
	cmd := exec.Command("strace", "-f", "-c", "-U", "name", "-o", count, binary, "serve", "--addr", address, "--data", data)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	if os.Geteuid() == 0 { // under systemd it is not
		const nobody = 65534
		must(t, os.Chown(data, nobody, nobody))
		for at := folder; at != os.TempDir() && at != "/"; at = filepath.Dir(at) {
			must(t, os.Chmod(at, 0o777))
		}
		must(t, os.Chmod(filepath.Dir(binary), 0o755))
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: nobody, Gid: nobody}
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("this test needs strace: apt-get install strace (%v)", err)
	}
	until(t, "the service is ready", func() bool { return exec.Command(binary, "ready", "http://"+address).Run() == nil })
	s := &site{client: http.DefaultClient, key: strings.TrimSpace(read(t, data, "first.key"))}
	if status, answer := s.ask("POST", "http://"+address+"/v1/cases", `{"model":"faros","facts":{"arbetsformaga_nedsatt":true}}`); status != http.StatusCreated {
		t.Errorf("%d %s", status, answer)
	}
	if status, answer := s.ask("GET", "http://"+address+"/v1/cases?limit=1", ""); status != http.StatusOK {
		t.Errorf("%d %s", status, answer)
	}
	must(t, syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM))
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	calls := strings.Fields(read(t, count))
	allowed := permitted(t)
	made := 0
	for _, call := range calls {
		switch {
		case strings.Trim(call, "-") == "", call == "syscall", call == "total":
		case allowed[call]:
			made++
		default:
			t.Errorf("the service makes the system call %s", call)
		}
	}
	if made < 20 || allowed["reboot"] || allowed["mount"] {
		t.Errorf("strace counted %d calls", made)
	}
}
