# The binary is static, so that the image is that binary and nothing else. tests/static proves on every run that it needs no more.
FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
# With an explicit target the flag is not for the procedural macros, which cannot be static; the host's own keeps arm64 working.
RUN host="$(rustc -vV | sed -n 's/^host: //p')" \
    && RUSTFLAGS="-C target-feature=+crt-static" cargo build --release --locked --bin rollcall --target "$host" \
    && cp "target/$host/release/rollcall" /rollcall

FROM scratch
COPY --from=build /rollcall /rollcall
USER 65532:65532
EXPOSE 4700
ENV ROLLCALL_LISTEN=0.0.0.0:4700 \
    ROLLCALL_URL=http://127.0.0.1:4700
HEALTHCHECK --interval=5s --timeout=2s --start-period=5s --retries=3 CMD ["/rollcall", "health"]
ENTRYPOINT ["/rollcall"]
