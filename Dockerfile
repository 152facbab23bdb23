# syntax=docker/dockerfile:1
# The binary is static, so that the image is that binary and nothing else. tests/static proves on every run that it needs no more.
FROM rust:1.95.0-bookworm AS build
WORKDIR /src
# With an explicit target the flag is not for the procedural macros, which cannot be static; the host's own keeps arm64 working.
ENV RUSTFLAGS="-C target-feature=+crt-static"
# Dependencies first, against empty sources: a change of the sources builds rollcall alone.
COPY Cargo.toml Cargo.lock ./
RUN mkdir -p src tests/it tests/bench \
    && echo 'fn main() {}' | tee build.rs src/main.rs tests/it/main.rs tests/bench/main.rs > src/lib.rs \
    && cargo build --release --locked --bin rollcall --target "$(rustc -vV | sed -n 's/^host: //p')"
COPY . .
# The empty sources are newer than the real ones.
RUN touch build.rs src/main.rs src/lib.rs \
    && host="$(rustc -vV | sed -n 's/^host: //p')" \
    && cargo build --release --locked --bin rollcall --target "$host" \
    && cp "target/$host/release/rollcall" /rollcall \
    && mkdir /data

FROM scratch
COPY --from=build /rollcall /rollcall
# For --data /data: a named volume takes over whose folder it is.
COPY --from=build --chown=65532:65532 /data /data
LABEL org.opencontainers.image.title="rollcall" \
    org.opencontainers.image.description="A mock server for the user APIs of five clouds, so exact that their official SDKs cannot tell" \
    org.opencontainers.image.licenses="MIT OR Apache-2.0"
USER 65532:65532
EXPOSE 4700
ENV ROLLCALL_LISTEN=0.0.0.0:4700
STOPSIGNAL SIGTERM
# With a start interval (engine 25) it is healthy at the first look.
HEALTHCHECK --interval=5s --timeout=2s --start-period=10s --start-interval=100ms --retries=3 CMD ["/rollcall", "health"]
ENTRYPOINT ["/rollcall"]
