package torchwood

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/torchwood"
)

// node is the running node that `make interop` names in the environment.
type node struct{ url, token string }

func running(t *testing.T) node {
	t.Helper()
	if testing.Short() {
		t.Skip("needs a running node")
	}
	url, dir := os.Getenv("TAMGA_URL"), os.Getenv("TAMGA_DEVNET")
	if url == "" || dir == "" {
		t.Fatal("TAMGA_URL and TAMGA_DEVNET name no running network: see `make interop`, or pass -short")
	}
	token, err := os.ReadFile(filepath.Join(dir, "token.txt"))
	if err != nil {
		t.Fatal(err)
	}
	return node{url, strings.TrimSpace(string(token))}
}

func (n node) get(t *testing.T, path string) []byte {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, n.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+n.token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s %v %s", path, res.Status, err, body)
	}
	return body
}

func TestServedProofsAreAccepted(t *testing.T) {
	node := running(t)
	trusted := policy(t, node.get(t, "/.well-known/tamga/trust-policy"))
	var events struct {
		Data []struct {
			Record string `json:"record_id"`
		}
	}
	if err := json.Unmarshal(node.get(t, "/v1/events?after=0&limit=20"), &events); err != nil {
		t.Fatal(err)
	}
	if len(events.Data) == 0 {
		t.Fatal("the ledger has no records")
	}
	for _, event := range events.Data {
		leaf, _ := split(t, node.get(t, fmt.Sprintf("/v1/records/%s/receipt", event.Record)))
		proof := node.get(t, fmt.Sprintf("/v1/records/%s/proof", event.Record))
		if err := torchwood.VerifyProof(trusted, leaf, proof); err != nil {
			t.Errorf("record %s: %v", event.Record, err)
		}
		leaf[31] ^= 1
		if torchwood.VerifyProof(trusted, leaf, proof) == nil {
			t.Errorf("record %s: accepted for another entry", event.Record)
		}
	}
}
