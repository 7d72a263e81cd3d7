# Everything a change needs. `make help` lists it.

SHELL       := bash
.SHELLFLAGS := -eu -o pipefail -c

BENCH     ?= .
COUNT     ?= 6
BENCHBASE := .bench/base.txt
BENCHNEW  := .bench/new.txt

.PHONY: help test lint fmt-check fmt update soak bench bench-base

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

test: ## everything a change must pass; installs what it needs (FUZZTIME=5s for each fuzz target)
	@.ci/gate

lint: ## gofmt, go vet, staticcheck, go mod tidy
	@.ci/gate format vet staticcheck tidy

fmt-check: ## tell which Go files are not formatted
	@.ci/gate format

fmt: ## format the Go files
	gofmt -w .

update: ## rewrite the expected outputs that tests compare with; read the diff before you commit it
	go test $$(grep -rlE --include=*_test.go 'flag\.Bool\("update"' . | xargs -n1 dirname | sort -u) -update

soak: ## the long runs, one line for each row of faults they cover (up to 75 minutes)
	go run ./internal/soak

bench: ## run the benchmarks, beside the kept base where there is one (BENCH=regexp COUNT=6)
	@mkdir -p .bench
	go test -run '^$$' -bench '$(BENCH)' -benchmem -count $(COUNT) ./... | tee $(BENCHNEW)
	go test -C internal/bench -run '^$$' -bench '$(BENCH)' -benchmem -count $(COUNT) ./... | tee -a $(BENCHNEW)
	go tool benchstat $(wildcard $(BENCHBASE)) $(BENCHNEW)

bench-base: bench ## run the benchmarks and keep them as the base to compare with
	cp $(BENCHNEW) $(BENCHBASE)
