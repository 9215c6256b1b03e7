# The worker (and, under the profile "lab", the lab): the checkout as it stands, as an ordinary user.
FROM node:20.20.2-bookworm-slim

# tini reaps what ssh and secret commands leave behind, and hands signals on.
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates tini \
  && rm -rf /var/lib/apt/lists/*

WORKDIR /opt/ovirt-runbooks
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --no-audit --no-fund && npm cache clean --force
COPY bin bin
COPY activities activities
COPY cli cli
COPY connectors connectors
COPY diagnoses diagnoses
COPY failures failures
COPY inventory inventory
COPY lab lab
COPY profiles profiles
COPY reports reports
COPY runbooks runbooks
COPY scripts scripts
COPY windows windows
COPY workers workers
COPY workflows workflows
COPY tsconfig.json ./

RUN mkdir -p /var/lib/ovirt-runbooks && chown node:node /var/lib/ovirt-runbooks
ENV NODE_ENV=production RUNBOOK_HOME=/var/lib/ovirt-runbooks
USER node
VOLUME /var/lib/ovirt-runbooks
ENTRYPOINT ["tini", "--"]
CMD ["node", "bin/worker.js"]
