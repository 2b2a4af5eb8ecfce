# Sluice in a container: built with everything, run with what it needs, as nobody special.
FROM node:24-slim AS build
WORKDIR /sluice
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build && npm prune --omit=dev --ignore-scripts

FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /sluice
COPY --from=build /sluice/package.json ./package.json
COPY --from=build /sluice/node_modules ./node_modules
COPY --from=build /sluice/bin ./bin
COPY --from=build /sluice/dist ./dist
COPY --from=build /sluice/config ./config
USER node
EXPOSE 8701
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["node", "-e", "fetch('http://127.0.0.1:8701/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Asks for sluice.yaml to be mounted there, and for the secrets it names in the environment.
CMD ["node", "bin/sluice.js", "start", "--config", "/etc/sluice/sluice.yaml"]
