// Package tessera checks the log that a node serves with Tessera's fsck: every entry is hashed, the
// tiles and the root are computed anew from these and compared with what is served (spec §8, §20.9).
package tessera

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/api"
	"github.com/transparency-dev/tessera/client"
	"github.com/transparency-dev/tessera/fsck"
	"golang.org/x/mod/sumdb/note"
)

const vectors = "../../vectors/log"

// check runs fsck with a log's verifier key.
func check(t *testing.T, vkey string, fetcher fsck.Fetcher) error {
	t.Helper()
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		t.Fatal(err)
	}
	// A worker ends at its first fault: there are more of them than files at fault.
	opts := fsck.Opts{N: 8}
	return fsck.New(verifier.Name(), verifier, fetcher, leafHashes, opts).Check(t.Context())
}

func leafHashes(bundle []byte) ([][]byte, error) {
	var entries api.EntryBundle
	if err := entries.UnmarshalText(bundle); err != nil {
		return nil, err
	}
	var hashes [][]byte
	for _, entry := range entries.Entries {
		hashes = append(hashes, rfc6962.DefaultHasher.HashLeaf(entry))
	}
	return hashes, nil
}

// tampered changes one byte of one file on its way.
type tampered struct {
	fsck.Fetcher
	path string
	hit  bool
}

func (f *tampered) change(path string, data []byte, err error) ([]byte, error) {
	if err == nil && path == f.path {
		f.hit = true
		data = append([]byte(nil), data...)
		data[len(data)-3] ^= 1
	}
	return data, err
}

func (f *tampered) ReadTile(ctx context.Context, l, i uint64, p uint8) ([]byte, error) {
	data, err := f.Fetcher.ReadTile(ctx, l, i, p)
	return f.change(fmt.Sprintf("tile/%d/%d", l, i), data, err)
}

func (f *tampered) ReadEntryBundle(ctx context.Context, i uint64, p uint8) ([]byte, error) {
	data, err := f.Fetcher.ReadEntryBundle(ctx, i, p)
	return f.change(fmt.Sprintf("entries/%d", i), data, err)
}

func (f *tampered) ReadCheckpoint(ctx context.Context) ([]byte, error) {
	data, err := f.Fetcher.ReadCheckpoint(ctx)
	if err == nil && f.path == "root" {
		f.hit = true
		data = []byte(strings.Replace(string(data), "\n300\n", "\n299\n", 1))
	}
	return data, err
}

func frozen(t *testing.T) (string, fsck.Fetcher) {
	t.Helper()
	vkeys, err := os.ReadFile(filepath.Join(vectors, "vkeys"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(vkeys))[0], &client.FileFetcher{Root: vectors}
}

func TestFrozenLogIsAccepted(t *testing.T) {
	vkey, fetcher := frozen(t)
	if err := check(t, vkey, fetcher); err != nil {
		t.Fatal(err)
	}
}

func TestChangedFilesAreRefused(t *testing.T) {
	for _, path := range []string{"root", "tile/0/0", "tile/0/1", "tile/1/0", "entries/0", "entries/1"} {
		vkey, fetcher := frozen(t)
		changed := &tampered{Fetcher: fetcher, path: path}
		if check(t, vkey, changed) == nil || !changed.hit {
			t.Errorf("a changed %s was accepted (read: %v)", path, changed.hit)
		}
	}
}

// running is the node that `make interop` names in the environment: its log, the verifier key
// of that log, and the token that opens entry bundles.
func running(t *testing.T) (log *url.URL, vkey, token string) {
	t.Helper()
	if testing.Short() {
		t.Skip("needs a running node")
	}
	base, dir := os.Getenv("TAMGA_URL"), os.Getenv("TAMGA_DEVNET")
	if base == "" || dir == "" {
		t.Fatal("TAMGA_URL and TAMGA_DEVNET name no running network: see `make interop`, or pass -short")
	}
	log, err := url.Parse(base + "/log/")
	if err != nil {
		t.Fatal(err)
	}
	policy, err := os.ReadFile(filepath.Join(dir, "policy.txt"))
	if err != nil {
		t.Fatal(err)
	}
	words := strings.Fields(string(policy))
	if len(words) < 2 || words[0] != "log" {
		t.Fatal("the policy does not begin with its log")
	}
	text, err := os.ReadFile(filepath.Join(dir, "token.txt"))
	if err != nil {
		t.Fatal(err)
	}
	return log, words[1], strings.TrimSpace(string(text))
}

func TestServedLogIsAcceptedWithTheAuditorsToken(t *testing.T) {
	log, vkey, token := running(t)
	fetcher, err := client.NewHTTPFetcher(log, nil)
	if err != nil {
		t.Fatal(err)
	}
	fetcher.SetAuthorizationHeader("Bearer " + token)
	if err := check(t, vkey, fetcher); err != nil {
		t.Fatal(err)
	}
	changed := &tampered{Fetcher: fetcher, path: "entries/0"}
	if check(t, vkey, changed) == nil || !changed.hit {
		t.Error("a changed entry bundle was accepted")
	}
}

func TestEntriesStayClosedWithoutAToken(t *testing.T) {
	log, vkey, _ := running(t)
	fetcher, err := client.NewHTTPFetcher(log, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fetcher.ReadTile(t.Context(), 0, 0, 0); err != nil {
		t.Errorf("tiles are for everybody: %v", err)
	}
	if err := check(t, vkey, fetcher); err == nil {
		t.Error("entry bundles were served without a token")
	}
}
