# Two stages: the first turns the locks and the wheel into a virtual environment, the second carries
# only that. Both start from one image, so that the environment finds its interpreter again.

FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_ROOT_USER_ACTION=ignore
WORKDIR /src

# The dependencies change less often than the code, and come first.
COPY requirements.lock requirements-build.lock ./
RUN python -m venv /opt/build \
 && /opt/build/bin/pip install --quiet --require-hashes -r requirements-build.lock \
 && python -m venv --without-pip /opt/unrolled \
 && /opt/build/bin/pip --python /opt/unrolled/bin/python install --quiet --no-compile \
        --require-hashes --only-binary :all: -r requirements.lock

# The part of Plotly that the page draws with. Where it cannot be fetched, a line says so, and the page takes
# the whole one of the package plotly.
COPY .npmrc package.json package-lock.json requirements-node.lock ./
COPY scripts/fetch-page scripts/
RUN NODE_OPTIONS=--use-system-ca scripts/fetch-page /opt/build/bin

# Left out: the packages' own tests, and of Plotly all but the script that the page draws with and
# the file by which it is found; narwhals is needed by the rest of Plotly alone.
COPY . .
RUN /opt/build/bin/pip wheel --quiet --no-deps --no-build-isolation --wheel-dir /wheels . \
 && /opt/build/bin/pip --python /opt/unrolled/bin/python install --quiet --no-deps --no-compile \
        --no-index /wheels/*.whl \
 && if [ -d node_modules ]; then cp -R node_modules /opt/unrolled/lib/python*/site-packages/unrolled/app/; fi \
 && find /opt/unrolled -type d \( -name tests -o -name test \) -path '*/site-packages/*' -prune -exec rm -rf {} + \
 && find /opt/unrolled -type d -path '*/site-packages/narwhals' -prune -exec rm -rf {} + \
 && find /opt/unrolled -type f -path '*/site-packages/plotly/*' ! -name plotly.min.js ! -path '*/plotly/__init__.py' -delete \
 && find /opt/unrolled -type d -path '*/site-packages/plotly/*' -empty -delete \
 && python -m compileall -q -j 0 --invalidation-mode unchecked-hash /opt/unrolled/lib

FROM python:3.13-slim
LABEL org.opencontainers.image.title="Unrolled" \
      org.opencontainers.image.description="See the gradients of a recurrent network flow back through time." \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="0.2.0"
ENV PATH=/opt/unrolled/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    UNROLLED_DATA_FOLDER=/data
COPY --from=build /opt/unrolled /opt/unrolled
# Where runs are kept; all else may be read-only. Where nothing can be written here, only runs answer 503.
RUN install -d -o 10001 -g 10001 -m 700 /data
VOLUME /data
# A number, so that Kubernetes' runAsNonRoot can see that it is not root.
USER 10001:10001
WORKDIR /tmp
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-S", "-c", "import http.client as h; c = h.HTTPConnection('127.0.0.1', 8000, timeout=2); c.request('GET', '/healthz'); raise SystemExit(c.getresponse().status != 200)"]
CMD ["unrolled", "serve", "--host", "0.0.0.0", "--port", "8000"]
