# syntax=docker/dockerfile:1
# Two stages: the pages, built; then the server with what it needs to run and nothing else.

FROM node:24.19.0-bookworm-slim AS frontend
WORKDIR /plenary/frontend
COPY frontend/package.json frontend/package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --no-audit --no-fund
COPY schema.graphql /plenary/
COPY frontend ./
RUN npm run build

FROM python:3.11.18-slim-bookworm
WORKDIR /plenary
ENV PATH=/plenary/.venv/bin:$PATH PYTHONUNBUFFERED=1 PLENARY_HOST=0.0.0.0 PLENARY_PORT=8000
COPY pyproject.toml requirements.lock .ci/runtime_lock.py ./
RUN python -m venv .venv && python runtime_lock.py setuptools > runtime.lock
RUN --mount=type=cache,target=/root/.cache/pip \
  python -m pip install --disable-pip-version-check --progress-bar off --require-hashes -r runtime.lock
COPY backend backend
COPY alembic alembic
RUN python -m pip install --disable-pip-version-check --no-deps --no-build-isolation -e .
COPY --from=frontend /plenary/frontend/dist frontend/dist
# The one folder it may write to, for those who run it on SQLite: by group, whatever user the platform gives it.
RUN mkdir -m 0770 var
VOLUME /plenary/var
USER 10001:0
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s \
  CMD python -c "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"PLENARY_PORT\"]}/health/ready')"
CMD ["sh", "-c", "plenary migrate && exec plenary serve"]
