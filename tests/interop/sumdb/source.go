package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

const (
	tileHeight   = 8
	tileWidth    = 1 << tileHeight
	fileBytesMax = 17 << 20
)

// source reads a log's files; it is a tlog.TileReader.
type source struct {
	read func(path string) ([]byte, error)
}

func openSource(url, dir string) (*source, error) {
	switch {
	case (url == "") == (dir == ""):
		return nil, errors.New("give either -url or -dir")
	case dir != "":
		return &source{read: func(path string) ([]byte, error) {
			return os.ReadFile(filepath.Join(dir, filepath.FromSlash(path)))
		}}, nil
	}
	client := &http.Client{Timeout: 30 * time.Second}
	return &source{read: func(path string) ([]byte, error) {
		req, err := http.NewRequest(http.MethodGet, strings.TrimSuffix(url, "/")+"/"+path, nil)
		if err != nil {
			return nil, err
		}
		// Entry bundles are for the auditors' role: the operator's token opens them.
		if token := os.Getenv("TAMGA_TOKEN"); token != "" {
			req.Header.Set("Authorization", "Bearer "+token)
		}
		res, err := client.Do(req)
		if err != nil {
			return nil, err
		}
		defer res.Body.Close()
		switch res.StatusCode {
		case http.StatusOK:
			return io.ReadAll(io.LimitReader(res.Body, fileBytesMax))
		case http.StatusNotFound:
			return nil, fmt.Errorf("%s: %w", path, fs.ErrNotExist)
		}
		return nil, fmt.Errorf("%s: %s", path, res.Status)
	}}, nil
}

func (s *source) checkpoint(signers *signers) (tlog.Tree, error) {
	note, err := s.read("checkpoint")
	if err != nil {
		return tlog.Tree{}, err
	}
	return signers.open(note)
}

// partial reads a partial tile or bundle, or the full one if the partial is gone.
func (s *source) partial(path string) ([]byte, error) {
	data, err := s.read(path)
	if full, _, ok := strings.Cut(path, ".p/"); ok && errors.Is(err, fs.ErrNotExist) {
		return s.read(full)
	}
	return data, err
}

// entry reads one entry of a log of size entries.
func (s *source) entry(index, size int64) ([]byte, error) {
	// A bundle has the place of a level-0 tile under another name.
	tile := tlog.Tile{H: tileHeight, L: 0, N: index / tileWidth, W: tileWidth}
	if rest := size - tile.N*tileWidth; rest < tileWidth {
		tile.W = int(rest)
	}
	data, err := s.partial("tile/entries/" + strings.TrimPrefix(tile.Path(), "tile/8/0/"))
	if err != nil {
		return nil, err
	}
	for slot := index % tileWidth; len(data) >= 2; slot-- {
		length := int(binary.BigEndian.Uint16(data))
		if len(data) < 2+length {
			break
		}
		if slot == 0 {
			return data[2 : 2+length], nil
		}
		data = data[2+length:]
	}
	return nil, fmt.Errorf("entry %d is missing in its bundle", index)
}

func (s *source) Height() int { return tileHeight }

func (s *source) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		path := "tile/" + strings.TrimPrefix(tile.Path(), "tile/8/")
		data, err := s.partial(path)
		if err != nil {
			return nil, err
		}
		if bytes := tile.W * tlog.HashSize; len(data) < bytes {
			return nil, fmt.Errorf("%s has %d bytes, needs %d", path, len(data), bytes)
		} else {
			data = data[:bytes]
		}
		all = append(all, data)
	}
	return all, nil
}

func (s *source) SaveTiles([]tlog.Tile, [][]byte) {}
