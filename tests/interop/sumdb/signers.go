package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// signers are the log's key, the cosigners' keys and how many of these must agree.
type signers struct {
	log       note.Verifier
	cosigners []note.Verifier
	quorum    int
}

func parseSigners(vkeys []string, quorum int) (*signers, error) {
	if len(vkeys) == 0 {
		return nil, errors.New("no verifier keys")
	}
	log, err := note.NewVerifier(vkeys[0])
	if err != nil {
		return nil, fmt.Errorf("log key: %w", err)
	}
	s := &signers{log: log, quorum: quorum}
	for _, vkey := range vkeys[1:] {
		cosigner, err := newCosigner(vkey)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", vkey, err)
		}
		s.cosigners = append(s.cosigners, cosigner)
	}
	if s.quorum == 0 && len(s.cosigners) > 0 {
		s.quorum = len(s.cosigners)*2/3 + 1
	}
	return s, nil
}

// open checks a checkpoint's signatures and returns the tree it names.
func (s *signers) open(msg []byte) (tlog.Tree, error) {
	n, err := note.Open(msg, note.VerifierList(append([]note.Verifier{s.log}, s.cosigners...)...))
	if err != nil {
		return tlog.Tree{}, err
	}
	bySigner := make(map[string]bool)
	for _, sig := range n.Sigs {
		bySigner[fmt.Sprintf("%s+%08x", sig.Name, sig.Hash)] = true
	}
	if key := fmt.Sprintf("%s+%08x", s.log.Name(), s.log.KeyHash()); !bySigner[key] {
		return tlog.Tree{}, errors.New("the log's signature is missing")
	} else if delete(bySigner, key); len(bySigner) < s.quorum {
		return tlog.Tree{}, fmt.Errorf("%d cosigners, %d needed", len(bySigner), s.quorum)
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 4 || lines[3] != "" || lines[0] != s.log.Name() {
		return tlog.Tree{}, fmt.Errorf("not a checkpoint of %s: %q", s.log.Name(), n.Text)
	}
	// Go's own checkpoints have another first line and are otherwise the same.
	return tlog.ParseTree([]byte("go.sum database tree\n" + lines[1] + "\n" + lines[2] + "\n"))
}

// cosigner verifies cosignature/v1 with Ed25519, key type 0x04.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func newCosigner(vkey string) (*cosigner, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return nil, errors.New("not a verifier key")
	}
	key, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(key) != 33 || key[0] != 0x04 {
		return nil, errors.New("not a key of type 04")
	}
	sum := sha256.Sum256(append([]byte(parts[0]+"\n"), key...))
	hash := binary.BigEndian.Uint32(sum[:4])
	if fmt.Sprintf("%08x", hash) != parts[1] {
		return nil, errors.New("the key id is not that of name and key")
	}
	return &cosigner{name: parts[0], hash: hash, key: key[1:]}, nil
}

func (c *cosigner) Name() string    { return c.name }
func (c *cosigner) KeyHash() uint32 { return c.hash }

func (c *cosigner) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	time := binary.BigEndian.Uint64(sig)
	signed := fmt.Sprintf("cosignature/v1\ntime %d\n%s", time, msg)
	return ed25519.Verify(c.key, []byte(signed), sig[8:])
}
