# The channel suite with Odoo 19, its own PostgreSQL and the demo channel, for a trial:
#
#   docker build -t channel .
#   docker run --rm -p 8069:8069 -v channel:/srv/channel/.local channel
#
# A PostgreSQL that you run already: add -e PGHOST=… -e PGPORT=… -e PGUSER=… -e PGPASSWORD=… (any user but postgres,
# who may create databases). Another database name: -e CHANNEL_DB=…. The volume keeps the data; without it they end
# with the container. For production see the README: an ordinary Odoo with this folder's addons/ on its addons_path.
FROM debian:12-slim

RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        ca-certificates debian-archive-keyring python3 python3-venv postgresql fonts-wqy-microhei \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --create-home --home-dir /srv/channel channel

USER channel
WORKDIR /srv/channel
COPY --chown=channel . .
# Odoo and its Python environment are part of the image; the database is made at the first start.
RUN bin/fetch-odoo && bin/venv

ENV CHANNEL_INTERFACE=0.0.0.0
EXPOSE 8069
VOLUME /srv/channel/.local
STOPSIGNAL SIGTERM
HEALTHCHECK --start-period=10m CMD python3 -c "import urllib.request as r; r.urlopen('http://127.0.0.1:8069/web/login')"
ENTRYPOINT ["./dev"]
CMD ["up", "--foreground"]
