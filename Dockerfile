# The images of Fedwatt: `docker compose` builds them, or  docker build --target hub -t fedwatt-hub .
# Each holds its programs and the libraries that they need, and nothing else: docs/install.md.
ARG DEBIAN=debian:bookworm-slim
FROM ${DEBIAN} AS build
WORKDIR /src
# What building needs comes before the sources, so that it is fetched when the list changes only.
COPY dev ./
COPY cmake/debian-packages.txt cmake/build-ftxui.sh cmake/
RUN ./dev packages package && rm -rf /var/lib/apt/lists/*
COPY . .
RUN cmake --preset package --log-level=WARNING && cmake --build --preset package && \
    cd build/package && strip bin/fedwatt* bin/fashion_mnist_* lib/libfedwatt.so && \
    /src/cmake/packaging/docker/image-root /images/hub bin/fedwatt-hub /usr/bin/curl && \
    /src/cmake/packaging/docker/image-root /images/viewer bin/fedwatt && \
    /src/cmake/packaging/docker/image-root /images/training bin/fashion_mnist_* && \
    mkdir /images/home

# The Debian packages:  docker build --target packages --output packages .
FROM build AS deb
RUN cpack --preset package
FROM scratch AS packages
COPY --from=deb /src/build/package/debian/*.deb /

# A federated training of five processes: examples/cpp-fashion-mnist.
FROM scratch AS training
COPY --from=build /images/training /
COPY --from=build /usr/share/datasets/fashion-mnist /usr/share/datasets/fashion-mnist
USER 10001:10001
WORKDIR /var/lib/fedwatt
CMD ["fashion_mnist_coordinator", "--help"]

FROM scratch AS viewer
COPY --from=build /images/viewer /
USER 10001:10001
WORKDIR /var/lib/fedwatt
ENTRYPOINT ["fedwatt"]

FROM scratch AS hub
COPY --from=build /images/hub /
# A volume that is mounted here for the first time gets this owner.
COPY --from=build --chown=10001:10001 /images/home /var/lib/fedwatt
USER 10001:10001
WORKDIR /var/lib/fedwatt
ENV FEDWATT_LISTEN=0.0.0.0:3000
EXPOSE 3000
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s --retries=3 \
  CMD ["curl", "--fail", "--silent", "--show-error", "--output", "/dev/null", "http://127.0.0.1:3000/readyz"]
ENTRYPOINT ["fedwatt-hub"]
