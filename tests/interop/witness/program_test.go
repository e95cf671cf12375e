// Package witness lets programs that share no code with the ledger witness our log, and has our
// witness serve a log that is not ours (C2SP tlog-witness; spec §11.8).
package witness

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// wait is how long a program may take for what is asked of it.
const wait = 3 * time.Minute

// node is the ledger's own program.
func node(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("needs the ledger's program")
	}
	path := os.Getenv("TAMGA_NODE")
	if path == "" {
		t.Fatal("TAMGA_NODE names no program: see `make interop`, or pass -short")
	}
	return path
}

// build compiles a program of another module.
func build(t *testing.T, pkg string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), filepath.Base(pkg))
	if text, err := exec.Command("go", "build", "-o", out, pkg).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", pkg, err, text)
	}
	return out
}

// run runs a program to its end and returns what it says.
func run(t *testing.T, program string, args ...string) string {
	t.Helper()
	text, err := exec.Command(program, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", program, strings.Join(args, " "), err, text)
	}
	return string(text)
}

// start starts a program that is told to end when the test does.
func start(t *testing.T, program string, args ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), wait)
	cmd := exec.CommandContext(ctx, program, args...)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 20 * time.Second
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("%s said:\n%s", filepath.Base(program), said.String())
		}
	})
}

// address is one that nobody listens on.
func address(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// until waits for something that comes.
func until(t *testing.T, what string, there func() (bool, error)) {
	t.Helper()
	var last error
	for end := time.Now().Add(wait); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		ok, err := there()
		if ok {
			return
		}
		last = err
	}
	t.Fatalf("%s: not within %v: %v", what, wait, last)
}

func get(url string) ([]byte, error) {
	res, err := http.Get(url)
	if err != nil {
		return nil, err
	}
	return read(res)
}

// read returns a body, or why there is none.
func read(res *http.Response) ([]byte, error) {
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", res.Status, body)
	}
	return body, err
}

// listens waits until a program answers on an address.
func listens(t *testing.T, address string) {
	t.Helper()
	until(t, address, func() (bool, error) {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			conn.Close()
		}
		return err == nil, err
	})
}
