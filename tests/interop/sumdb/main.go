// Command sumdb checks a served log with Go's own note and tlog packages, which share no code
// with the ledger: signatures, an inclusion proof of the last leaf, and a consistency proof from
// an older checkpoint, all built from the served tiles (spec §8, §11).
//
//	sumdb -url https://node.example/log -vkeys vkeys [-old checkpoint.old | -wait 1m]
//	sumdb -dir ../../vectors/log -vkeys ../../vectors/log/vkeys -old ../../vectors/log/checkpoint.old
//
// Entry bundles are read with the bearer token in TAMGA_TOKEN.
//
// The vkeys file has one verifier key per line, the log's first, then the cosigners'.
package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	url := flag.String("url", "", "base `URL` of the log, whose checkpoint is URL/checkpoint")
	dir := flag.String("dir", "", "base `directory` of the log, instead of a URL")
	vkeys := flag.String("vkeys", "", "`file` of verifier keys, the log's first")
	quorum := flag.Int("quorum", 0, "cosigners needed; 0 means more than two thirds of those given")
	old := flag.String("old", "", "`file` with an older checkpoint to prove consistency from")
	wait := flag.Duration("wait", 0, "without -old: wait this long for the log to grow")
	flag.Parse()
	if err := run(*url, *dir, *vkeys, *quorum, *old, *wait); err != nil {
		fmt.Fprintln(os.Stderr, "sumdb:", err)
		os.Exit(1)
	}
}

func run(url, dir, vkeysFile string, quorum int, oldFile string, wait time.Duration) error {
	source, err := openSource(url, dir)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(vkeysFile)
	if err != nil {
		return err
	}
	signers, err := parseSigners(strings.Fields(string(text)), quorum)
	if err != nil {
		return err
	}
	newest, err := source.checkpoint(signers)
	if err != nil {
		return err
	}
	var older tlog.Tree
	switch {
	case oldFile != "":
		note, err := os.ReadFile(oldFile)
		if err != nil {
			return err
		}
		if older, err = signers.open(note); err != nil {
			return fmt.Errorf("%s: %w", oldFile, err)
		}
	case wait > 0:
		older = newest
		for end := time.Now().Add(wait); newest.N == older.N; time.Sleep(time.Second) {
			if time.Now().After(end) {
				return fmt.Errorf("the log did not grow beyond %d leaves within %v", older.N, wait)
			}
			if newest, err = source.checkpoint(signers); err != nil {
				return err
			}
		}
	default:
		older = newest
	}
	return check(source, older, newest)
}

// check builds and checks the two proofs from the served tiles.
func check(source *source, older, newest tlog.Tree) error {
	fmt.Printf("checkpoint of %d leaves: signatures hold\n", newest.N)
	if newest.N == 0 || older.N == 0 || older.N > newest.N {
		return fmt.Errorf("no proofs from %d to %d leaves", older.N, newest.N)
	}
	hashes := tlog.TileHashReader(newest, source)
	last := newest.N - 1
	entry, err := source.entry(last, newest.N)
	if err != nil {
		return err
	}
	if err := checkBlockLeaf(entry, newest.N); err != nil {
		return err
	}
	inclusion, err := tlog.ProveRecord(newest.N, last, hashes)
	if err != nil {
		return err
	}
	err = tlog.CheckRecord(inclusion, newest.N, newest.Hash, last, tlog.RecordHash(entry))
	if err != nil {
		return fmt.Errorf("leaf %d: %w", last, err)
	}
	fmt.Printf("leaf %d is included by a proof of %d hashes\n", last, len(inclusion))
	if older.N == newest.N {
		if older.Hash != newest.Hash {
			return errors.New("two roots for one size")
		}
		return nil
	}
	consistency, err := tlog.ProveTree(newest.N, older.N, hashes)
	if err != nil {
		return err
	}
	if err := tlog.CheckTree(consistency, newest.N, newest.Hash, older.N, older.Hash); err != nil {
		return fmt.Errorf("from %d to %d leaves: %w", older.N, newest.N, err)
	}
	fmt.Printf("%d leaves extend %d by a proof of %d hashes\n", newest.N, older.N, len(consistency))
	return nil
}

// checkBlockLeaf checks that the last leaf is a block leaf naming the checkpoint's size; the only
// leaf of a log without blocks is the genesis leaf.
func checkBlockLeaf(leaf []byte, size int64) error {
	if size == 1 && len(leaf) == 34 && bytes.HasPrefix(leaf, []byte{2, 1}) {
		return nil
	}
	if len(leaf) < 156 || !bytes.HasPrefix(leaf, []byte{1, 1}) {
		return errors.New("the last leaf is no block leaf")
	}
	if named := binary.BigEndian.Uint64(leaf[10:18]); named != uint64(size) {
		return fmt.Errorf("the block leaf names %d leaves, the checkpoint %d", named, size)
	}
	return nil
}
