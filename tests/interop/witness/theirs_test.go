package witness

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/torchwood"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
	"golang.org/x/mod/sumdb/tlog"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

const litewitnessName = "witness.example/lite"

// keyAgent serves a key the way litewitness asks for it, over the protocol of ssh-agent.
func keyAgent(t *testing.T) (socket, fingerprint string) {
	t.Helper()
	key := fromSeed(0x2a)
	keyring := agent.NewKeyring()
	if err := keyring.Add(agent.AddedKey{PrivateKey: key}); err != nil {
		t.Fatal(err)
	}
	public, err := ssh.NewPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	// The name of a socket is short: t.TempDir() is too long for it.
	dir, err := os.MkdirTemp("", "agent")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	socket = filepath.Join(dir, "agent.sock")
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go agent.ServeAgent(keyring, conn)
		}
	}()
	return socket, ssh.FingerprintSHA256(public)
}

// admit enters a log into litewitness's database, as its witnessctl does.
func admit(t *testing.T, db, origin, vkey string) {
	t.Helper()
	conn, err := sqlite.OpenConn(db, sqlite.OpenReadWrite)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	empty, err := tlog.TreeHash(0, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range []struct {
		query string
		args  []any
	}{
		{"INSERT INTO log (origin, tree_size, tree_hash) VALUES (?, 0, ?)", []any{origin, empty.String()}},
		{"INSERT INTO key (origin, key) VALUES (?, ?)", []any{origin, vkey}},
	} {
		if err := sqlitex.Execute(conn, entry.query, &sqlitex.ExecOptions{Args: entry.args}); err != nil {
			t.Fatal(err)
		}
	}
}

// The log of a whole network of ours is witnessed by litewitness.
func TestOurLogIsWitnessedByLitewitness(t *testing.T) {
	program := node(t)
	litewitness := build(t, "filippo.io/torchwood/cmd/litewitness")
	logVkey, origin := devnetLog(t)
	db := filepath.Join(t.TempDir(), "litewitness.db")
	socket, fingerprint := keyAgent(t)
	address := address(t)
	start(t, litewitness, "-db", db, "-name", litewitnessName, "-ssh-agent", socket, "-key", fingerprint, "-listen", address)
	listens(t, address)
	admit(t, db, origin, logVkey)

	signer, err := torchwood.NewCosignatureSigner(litewitnessName, fromSeed(0x2a))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	asked := fmt.Sprintf("lite %s http://%s/", signer.Verifier(), address)
	start(t, program, "devnet", "--dir", dir, "--witnesses", "0", "--witness", asked, "--witness-every", "1")
	var url string
	until(t, "the network", func() (bool, error) {
		text, err := os.ReadFile(filepath.Join(dir, "url.txt"))
		url = strings.TrimSpace(string(text))
		return err == nil, err
	})
	var witnessed torchwood.Policy
	until(t, "the policy with outside witnesses", func() (bool, error) {
		text, err := get(url + "/.well-known/tamga/trust-policy/witnessed")
		if err != nil {
			return false, err
		}
		if !strings.Contains(string(text), signer.Verifier().String()) {
			t.Fatalf("litewitness is not in the policy:\n%s", text)
		}
		witnessed = policy(t, string(text))
		return true, nil
	})
	// Several sizes: litewitness has checked our consistency proofs from one to the next.
	sizes := map[int64]bool{}
	var last []byte
	until(t, "three witnessed checkpoints", func() (bool, error) {
		text, err := get(url + "/log/checkpoint/witnessed")
		if err != nil {
			return false, err
		}
		checkpoint, _, err := torchwood.VerifyCheckpoint(text, witnessed)
		if err != nil {
			t.Fatalf("%v:\n%s", err, text)
		}
		sizes[checkpoint.N] = true
		last = text
		return len(sizes) >= 3, fmt.Errorf("sizes %v", sizes)
	})
	// Neither the validators nor litewitness can be left out.
	for i, line := range strings.SplitAfter(string(last), "\n") {
		if strings.HasPrefix(line, "— ") {
			without := strings.Replace(string(last), line, "", 1)
			if _, _, err := torchwood.VerifyCheckpoint([]byte(without), witnessed); err == nil {
				t.Errorf("accepted without line %d: %s", i, line)
			}
		}
	}
	final, err := get(url + "/.well-known/tamga/trust-policy")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := torchwood.VerifyCheckpoint(last, policy(t, string(final))); err != nil {
		t.Errorf("the first policy: %v", err)
	}
}

// devnetLog is the verifier key of every devnet's log, whose keys are public.
func devnetLog(t *testing.T) (vkey, origin string) {
	t.Helper()
	dir := os.Getenv("TAMGA_DEVNET")
	text, err := os.ReadFile(filepath.Join(dir, "policy.txt"))
	if err != nil {
		t.Fatalf("TAMGA_DEVNET names no network: %v", err)
	}
	words := strings.Fields(string(text))
	origin, _, found := strings.Cut(words[1], "+")
	if words[0] != "log" || !found {
		t.Fatal("the policy does not begin with its log")
	}
	return words[1], origin
}
