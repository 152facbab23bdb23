# The SDKs' installations, for tests/run and its steps. Each keeps a stamp of what it was made from, and is made again when that
# changes. Wants `sdk` (the folder to install into), `log`, `programs`, and the functions say, fail and bounded.

python=$sdk/venv/bin/python

python_sdks() {
    local interpreter=${PYTHON:-python3} stamp
    if ! "$interpreter" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>"$log/venv.log"; then
        fail "the Python SDKs need Python 3.11 or newer with the venv module (Debian: python3-venv); ${PYTHON:-python3} is not that"
        return 1
    fi
    stamp="$("$interpreter" -c 'import sys; print(sys.version, sys.prefix)') $(cksum <"$programs/python/requirements.txt")"
    [[ -x $python && $(cat "$sdk/venv/stamp" 2>/dev/null) == "$stamp" ]] && return 0
    say "installing the Python SDKs"
    # Compiling half a gigabyte of models takes longer than compiling the few that are used, when they are.
    if rm -rf "$sdk/venv" \
        && bounded 120 "$interpreter" -m venv "$sdk/venv" >"$log/pip.log" 2>&1 \
        && bounded 900 "$python" -m pip install --disable-pip-version-check --no-input --no-compile --quiet \
            -r "$programs/python/requirements.txt" >>"$log/pip.log" 2>&1; then
        printf '%s' "$stamp" >"$sdk/venv/stamp"
    else
        tail -n 20 "$log/pip.log"
        fail "the Python SDKs could not be installed"
        return 1
    fi
}

node_sdks() {
    local stamp
    stamp="$(node --version) $(cksum <"$programs/node/package.json")"
    [[ $(cat "$sdk/node/stamp" 2>/dev/null) == "$stamp" ]] && return 0
    say "installing the Node SDKs"
    rm -rf "$sdk/node" && mkdir -p "$sdk/node" && cp "$programs/node/package.json" "$sdk/node/" || return 1
    if bounded 600 npm install --prefix "$sdk/node" --no-package-lock --ignore-scripts --no-audit --no-fund --no-update-notifier \
        --loglevel=error >"$log/npm.log" 2>&1; then
        printf '%s' "$stamp" >"$sdk/node/stamp"
    else
        tail -n 20 "$log/npm.log"
        fail "the Node SDKs could not be installed"
        return 1
    fi
}
