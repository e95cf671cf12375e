package witness

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/storage/posix"
)

const foreignLog = "log.example/foreign"

// foreign is a log that is not ours, with its key.
func foreign(t *testing.T) (note.Signer, string) {
	t.Helper()
	secret, vkey, err := note.GenerateKey(nil, foreignLog)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(secret)
	if err != nil {
		t.Fatal(err)
	}
	return signer, vkey
}

// ourWitness runs a witness of ours for logs and returns its address and verifier key.
func ourWitness(t *testing.T, logs ...string) (string, string) {
	t.Helper()
	program, dir, address := node(t), filepath.Join(t.TempDir(), "witness"), address(t)
	args := []string{"witness", "init", "--dir", dir, "--name", "witness.example/ours", "--listen", address}
	for _, vkey := range logs {
		args = append(args, "--log", vkey)
	}
	said := run(t, program, args...)
	_, vkey, found := strings.Cut(strings.SplitN(said, "\n", 2)[0], "witness ")
	if !found {
		t.Fatalf("no verifier key in %q", said)
	}
	config := filepath.Join(dir, "config.toml")
	start(t, program, "witness", "start", "--config", config)
	listens(t, address)
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(run(t, program, "witness", "status", "--config", config))
		}
	})
	return "http://" + address, vkey
}

func policy(t *testing.T, lines ...string) torchwood.Policy {
	t.Helper()
	policy, err := torchwood.ParsePolicy([]byte(strings.Join(lines, "\n") + "\n"))
	if err != nil {
		t.Fatal(err)
	}
	return policy
}

// Tessera keeps the log, asks our witness, and publishes what satisfies its policy; torchwood judges it.
func TestOurWitnessServesALogOfTessera(t *testing.T) {
	signer, logVkey := foreign(t)
	url, vkey := ourWitness(t, logVkey)
	lines := fmt.Sprintf("witness ours %s %s\nquorum ours\n", vkey, url)
	group, err := tessera.NewWitnessGroupFromPolicy([]byte(lines))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	driver, err := posix.New(t.Context(), posix.Config{Path: dir})
	if err != nil {
		t.Fatal(err)
	}
	options := tessera.NewAppendOptions().
		WithCheckpointSigner(signer).
		WithBatching(4, 100*time.Millisecond).
		WithCheckpointInterval(time.Second).
		WithWitnesses(group, &tessera.WitnessOptions{})
	appender, shutdown, _, err := tessera.NewAppender(t.Context(), driver, options)
	if err != nil {
		t.Fatal(err)
	}
	trusted := policy(t, "log "+logVkey, lines)
	sizes := map[int64]bool{}
	for round := range 3 {
		var last tessera.IndexFuture
		for number := range 7 {
			last = appender.Add(t.Context(), tessera.NewEntry(fmt.Appendf(nil, "entry %d of %d", number, round)))
		}
		index, err := last()
		if err != nil {
			t.Fatal(err)
		}
		until(t, "a checkpoint with the new entries", func() (bool, error) {
			text, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
			if err != nil {
				return false, err
			}
			checkpoint, _, err := torchwood.VerifyCheckpoint(text, trusted)
			if err == nil {
				sizes[checkpoint.N] = true
			}
			return err == nil && uint64(checkpoint.N) > index.Index, err
		})
	}
	if err := shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(sizes) < 3 {
		t.Errorf("only sizes %v were witnessed", sizes)
	}
	// What the witness shows to monitors is what it cosigned.
	shown, err := get(fmt.Sprintf("%s/%x/checkpoint", url, sha256.Sum256([]byte(foreignLog))))
	if err != nil {
		t.Fatal(err)
	}
	checkpoint, _, err := torchwood.VerifyCheckpoint(shown, trusted)
	if err != nil || !sizes[checkpoint.N] {
		t.Errorf("size %d is shown: %v", checkpoint.N, err)
	}
	for i := range bytes.Count(shown, []byte("\n")) {
		lines := strings.SplitAfter(string(shown), "\n")
		lines[i] = ""
		if _, _, err := torchwood.VerifyCheckpoint([]byte(strings.Join(lines, "")), trusted); err == nil {
			t.Errorf("accepted without line %d", i)
		}
	}
}

// tree is a log of numbered leaves of which `branch` begins another history at leaf 3.
type tree struct {
	hashes []tlog.Hash
}

func newTree(t *testing.T, size int64, branch string) *tree {
	t.Helper()
	tree := &tree{}
	for i := range size {
		leaf := fmt.Sprintf("leaf %d", i)
		if i >= 3 {
			leaf += branch
		}
		hashes, err := tlog.StoredHashes(i, []byte(leaf), tree)
		if err != nil {
			t.Fatal(err)
		}
		tree.hashes = append(tree.hashes, hashes...)
	}
	return tree
}

func (tree *tree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var hashes []tlog.Hash
	for _, index := range indexes {
		hashes = append(hashes, tree.hashes[index])
	}
	return hashes, nil
}

// request is the body of add-checkpoint.
func (tree *tree) request(t *testing.T, signer note.Signer, old, size int64) string {
	t.Helper()
	root, err := tlog.TreeHash(size, tree)
	if err != nil {
		t.Fatal(err)
	}
	body := fmt.Sprintf("old %d\n", old)
	if 0 < old && old < size {
		proof, err := tlog.ProveTree(size, old, tree)
		if err != nil {
			t.Fatal(err)
		}
		for _, hash := range proof {
			body += hash.String() + "\n"
		}
	}
	text := torchwood.Checkpoint{Origin: foreignLog, Tree: tlog.Tree{N: size, Hash: root}}.String()
	signed, err := note.Sign(&note.Note{Text: text}, signer)
	if err != nil {
		t.Fatal(err)
	}
	return body + "\n" + string(signed)
}

// The answers that the protocol demands, asked for by code that is not ours.
func TestOurWitnessAnswersAsTheProtocolDemands(t *testing.T) {
	signer, logVkey := foreign(t)
	stranger, _ := foreign(t)
	url, _ := ourWitness(t, logVkey)
	log, fork := newTree(t, 20, ""), newTree(t, 20, " of another history")
	noProof := func(body string) string {
		head, rest, _ := strings.Cut(body, "\n\n")
		return strings.SplitN(head, "\n", 2)[0] + "\n\n" + rest
	}
	for _, step := range []struct {
		name, body string
		status     int
		answer     string
	}{
		{"the first checkpoint", log.request(t, signer, 0, 5), http.StatusOK, "— witness.example/ours "},
		{"the same again", log.request(t, signer, 5, 5), http.StatusOK, "— witness.example/ours "},
		{"another old size", log.request(t, signer, 4, 9), http.StatusConflict, "5\n"},
		{"an old size that is asked for", log.request(t, signer, 0, 9), http.StatusConflict, "5\n"},
		{"an old size above the new one", log.request(t, signer, 5, 4), http.StatusBadRequest, ""},
		{"another key", log.request(t, stranger, 5, 9), http.StatusForbidden, ""},
		{"another log", strings.ReplaceAll(log.request(t, signer, 5, 9), foreignLog, "log.example/x"), http.StatusNotFound, ""},
		{"a fork", fork.request(t, signer, 5, 9), http.StatusUnprocessableEntity, ""},
		{"a fork of the same size", fork.request(t, signer, 5, 5), http.StatusUnprocessableEntity, ""},
		{"no proof", noProof(log.request(t, signer, 5, 9)), http.StatusUnprocessableEntity, ""},
		{"no request", "hello\n", http.StatusBadRequest, ""},
		{"the next checkpoint", log.request(t, signer, 5, 9), http.StatusOK, "— witness.example/ours "},
		{"going back", log.request(t, signer, 5, 7), http.StatusConflict, "9\n"},
	} {
		res, err := http.Post(url+"/add-checkpoint", "text/plain", strings.NewReader(step.body))
		if err != nil {
			t.Fatal(err)
		}
		answer, _ := read(res)
		if res.StatusCode != step.status || !strings.HasPrefix(string(answer), step.answer) {
			t.Errorf("%s: %s %q", step.name, res.Status, answer)
		}
		if step.status == http.StatusConflict && res.Header.Get("Content-Type") != "text/x.tlog.size" {
			t.Errorf("%s: a size of type %s", step.name, res.Header.Get("Content-Type"))
		}
	}
}

// fromSeed is a key as litewitness wants it.
func fromSeed(b byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{b}, ed25519.SeedSize))
}
