# The fleet in a container; how to run it and why it is so: docs/deploy.md.
FROM python:3.11-slim AS build
WORKDIR /src
RUN python -m venv /opt/coderbot
COPY pyproject.toml constraints.txt LICENSE README.md ./
COPY coderbot ./coderbot
RUN /opt/coderbot/bin/pip install --no-cache-dir --disable-pip-version-check \
    --constraint constraints.txt ".[cluster,speech]"

FROM python:3.11-slim
# What people find in their terminals, beside bash: name more with --build-arg PACKAGES.
ARG PACKAGES="ca-certificates git less procps"
RUN apt-get update \
    && apt-get install -y --no-install-recommends ${PACKAGES} \
    && rm -rf /var/lib/apt/lists/*
# The number of the user who owns the mounted .env and volume.
ARG UID=1000
RUN useradd --uid "${UID}" --create-home --shell /bin/bash coderbot \
    && install -d -m 0700 -o coderbot -g coderbot /data
COPY --from=build /opt/coderbot /opt/coderbot
ENV PATH=/opt/coderbot/bin:$PATH \
    LANG=C.UTF-8 \
    MEDIA_TMP_LOCATION=/data/media
USER coderbot
# The .env and all state.
WORKDIR /data
VOLUME /data
# No tini: as process 1 the supervisor handles signals and reaps orphans itself.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=90s --retries=3 \
    CMD ["coderbot", "status"]
ENTRYPOINT ["coderbot"]
CMD ["--headless"]
