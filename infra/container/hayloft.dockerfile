# The server as bundle.node.ts makes it, with Node and what Node needs: no shell, no package manager, nobody who is root.
ARG NODE_VERSION=26.10.0

# Files are all that is taken of it: an image for another processor is made without running anything of its own.
FROM public.ecr.aws/docker/library/node:${NODE_VERSION}-slim AS node

FROM gcr.io/distroless/cc-debian13:nonroot
LABEL org.opencontainers.image.title="Hayloft" \
      org.opencontainers.image.description="A remote build cache that a team owns" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=node /usr/local/bin/node /usr/local/bin/node
# Node has needed it since version 25, and the base does not have it.
COPY --from=node /usr/lib/*-linux-gnu/libatomic.so.1* /usr/lib/
# Readable, whatever the umask of whoever made them.
COPY --chmod=0755 hayloft /hayloft
# A volume that is mounted here for the first time takes over whose it is.
COPY --chown=65532:65532 data /data
WORKDIR /hayloft
ENV HAYLOFT_LISTEN=:8980 HAYLOFT_DATA=/data
# By number, so that Kubernetes can see that it is not root.
USER 65532:65532
VOLUME ["/data"]
EXPOSE 8980
STOPSIGNAL SIGTERM
# Without a shell or npm between, so that signals reach it.
ENTRYPOINT ["/usr/local/bin/node", "functions/node/main.js"]
CMD ["serve"]
