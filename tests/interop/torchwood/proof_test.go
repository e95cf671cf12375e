// Package torchwood checks our proof files and policies with torchwood's VerifyProof and
// ParsePolicy, which share no code with the ledger (spec §11.5, §13.1).
package torchwood

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	vectors     = "../../vectors"
	proofHeader = "c2sp.org/tlog-proof@v1\n"
)

func read(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(vectors, name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func policy(t *testing.T, text []byte) torchwood.Policy {
	t.Helper()
	policy, err := torchwood.ParsePolicy(text)
	if err != nil {
		t.Fatal(err)
	}
	return policy
}

// split takes a receipt (spec §13.2) apart: the leaf hash of its entry, and the proof file in it.
func split(t *testing.T, receipt []byte) (tlog.Hash, []byte) {
	t.Helper()
	_, proof, found := bytes.Cut(receipt, []byte("\n\n"))
	if !found || !bytes.HasPrefix(proof, []byte(proofHeader)) {
		t.Fatal("no proof file in the receipt")
	}
	for _, line := range strings.Split(string(receipt), "\n") {
		if entry, found := strings.CutPrefix(line, "entry "); found {
			entry, err := base64.StdEncoding.DecodeString(entry)
			if err != nil {
				t.Fatal(err)
			}
			return tlog.RecordHash(entry), proof
		}
	}
	t.Fatal("no entry in the receipt")
	return tlog.Hash{}, nil
}

func TestProofFileIsAccepted(t *testing.T) {
	trusted := policy(t, read(t, "receipt/policy.txt"))
	leaf, _ := split(t, read(t, "receipt/plain.tamga-receipt"))
	if err := torchwood.VerifyProof(trusted, leaf, read(t, "tlog-proof/plain.tlog-proof")); err != nil {
		t.Fatal(err)
	}
}

// What torchwood sees of a receipt is its proof file: of the refused ones, those whose proof file is at fault.
func TestProofFilesInReceiptsAreJudgedAsTheVectorsSay(t *testing.T) {
	trusted := policy(t, read(t, "receipt/policy.txt"))
	judged := map[bool]int{}
	for _, line := range bytes.Split(bytes.TrimSpace(read(t, "receipt/expected.jsonl")), []byte("\n")) {
		var expected struct{ File, Verdict string }
		if err := json.Unmarshal(line, &expected); err != nil {
			t.Fatal(err)
		}
		proven := expected.Verdict == "proven"
		if !proven && !faultInProofFile(filepath.Base(expected.File)) {
			continue
		}
		leaf, proof := split(t, read(t, expected.File))
		err := torchwood.VerifyProof(trusted, leaf, proof)
		if (err == nil) != proven {
			t.Errorf("%s is %s, torchwood says: %v", expected.File, expected.Verdict, err)
		}
		judged[proven]++
	}
	if judged[true] < 3 || judged[false] < 8 {
		t.Errorf("only %d accepted and %d refused files were judged", judged[true], judged[false])
	}
}

func faultInProofFile(name string) bool {
	for _, prefix := range []string{
		"another-record", "cosignature-missing", "index-of-", "log-line-missing", "path-too-",
	} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

func TestChangedLinesAreRefused(t *testing.T) {
	trusted := policy(t, read(t, "receipt/policy.txt"))
	leaf, proof := split(t, read(t, "receipt/plain.tamga-receipt"))
	lines := strings.SplitAfter(string(proof), "\n")
	for i, line := range lines {
		text := strings.TrimSuffix(line, "\n")
		if text == "" {
			continue
		}
		without := strings.Join(append(lines[:i:i], lines[i+1:]...), "")
		if torchwood.VerifyProof(trusted, leaf, []byte(without)) == nil {
			t.Errorf("accepted without the line %q", text)
		}
		// The middle of a line is never in base64's unused bits.
		changed := []byte(line)
		at := len(text) / 2
		if changed[at] == 'A' {
			changed[at] = 'B'
		} else {
			changed[at] = 'A'
		}
		other := strings.Join(append(append(lines[:i:i], string(changed)), lines[i+1:]...), "")
		if torchwood.VerifyProof(trusted, leaf, []byte(other)) == nil {
			t.Errorf("accepted with the line %q", changed)
		}
	}
	leaf[0] ^= 1
	if torchwood.VerifyProof(trusted, leaf, proof) == nil {
		t.Error("accepted for another entry")
	}
}

func TestPolicyOfOtherKeysAcceptsNothing(t *testing.T) {
	text := string(read(t, "receipt/policy.txt"))
	leaf, proof := split(t, read(t, "receipt/plain.tamga-receipt"))
	stricter := strings.Replace(text, "group validators 3 ", "group validators 4 ", 1)
	if stricter == text || torchwood.VerifyProof(policy(t, []byte(stricter)), leaf, proof) == nil {
		t.Error("three cosignatures satisfy a quorum of four")
	}
	damaged := strings.Replace(text, "witness v0 tamga.example/v0+87", "witness v0 tamga.example/v0+88", 1)
	if _, err := torchwood.ParsePolicy([]byte(damaged)); damaged == text || err == nil {
		t.Error("a key id that is not the key's was accepted")
	}
}
