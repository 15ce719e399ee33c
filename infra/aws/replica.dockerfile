# The Node server with what it needs to run, and nothing that builds or tests it.
ARG NODE_VERSION
FROM --platform=$BUILDPLATFORM public.ecr.aws/docker/library/node:${NODE_VERSION}-slim AS packages
WORKDIR /hayloft
COPY package.json package-lock.json ./
# None of them is built for one processor, so that this runs on the machine that makes the image.
RUN npm ci --omit=dev --omit=optional --ignore-scripts

FROM public.ecr.aws/docker/library/node:${NODE_VERSION}-slim
WORKDIR /hayloft
COPY --from=packages /hayloft ./
COPY functions functions
COPY shared shared
USER node
EXPOSE 8980
# Without a shell or npm between, so that SIGTERM reaches it.
ENTRYPOINT ["node", "functions/node/main.node.ts", "serve"]
