package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const vectors = "../../vectors/log"

func read(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(vectors, name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestServedLogIsAccepted(t *testing.T) {
	old := filepath.Join(vectors, "checkpoint.old")
	if err := run("", vectors, filepath.Join(vectors, "vkeys"), 4, old, 0); err != nil {
		t.Fatal(err)
	}
}

func TestChangedFilesAreRefused(t *testing.T) {
	signers, err := parseSigners(strings.Fields(string(read(t, "vkeys"))), 0)
	if err != nil {
		t.Fatal(err)
	}
	older, err := signers.open(read(t, "checkpoint.old"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{
		"checkpoint", "tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/001.p/44",
	} {
		changed := bytes.Clone(read(t, path))
		changed[len(changed)-30] ^= 1
		source := &source{read: func(name string) ([]byte, error) {
			if name == path {
				return changed, nil
			}
			return os.ReadFile(filepath.Join(vectors, name))
		}}
		newest, err := source.checkpoint(signers)
		if err == nil {
			err = check(source, older, newest)
		}
		if err == nil {
			t.Errorf("a changed %s was accepted", path)
		}
	}
}

func TestTooFewCosignersAreRefused(t *testing.T) {
	signers, err := parseSigners(strings.Fields(string(read(t, "vkeys"))), 0)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(read(t, "checkpoint")), "\n")
	for count, accepted := range map[int]bool{1: false, 3: false, 4: true, 5: true} {
		_, err := signers.open([]byte(strings.Join(lines[:4+count], "")))
		if (err == nil) != accepted {
			t.Errorf("%d signatures: %v", count, err)
		}
	}
	if _, err := signers.open([]byte(strings.Join(append(lines[:4:4], lines[5:]...), ""))); err == nil {
		t.Error("a note without the log's line was accepted")
	}
}
