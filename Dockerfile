# The distribution that Maven builds (server/target/slotferry), on a Java run-time. Nothing is downloaded here:
#   ./slotferry version && docker build -t slotferry .
FROM eclipse-temurin:25-jre

RUN groupadd --gid 10001 slotferry \
 && useradd --uid 10001 --gid slotferry --no-create-home --home-dir /data --shell /usr/sbin/nologin slotferry \
 && mkdir /data \
 && chown slotferry:slotferry /data

COPY server/target/slotferry /opt/slotferry

# Numeric, so that Kubernetes can see that it is not root.
USER 10001:10001
# Here the default data directory, ./data, is the volume, whatever arguments a user gives.
WORKDIR /
VOLUME /data
EXPOSE 6379 8080

# bash, because the run-time images have no HTTP client in common.
HEALTHCHECK --interval=5s --timeout=4s --start-period=120s --retries=3 CMD ["bash", "-c", "\
  exec 3<>/dev/tcp/127.0.0.1/${SLOTFERRY_HTTP_PORT:-8080} \
  && printf 'GET /health/ready HTTP/1.0\\r\\n\\r\\n' >&3 \
  && read -r _ status _ <&3 \
  && [[ $status == 2* ]]"]

ENTRYPOINT ["/opt/slotferry/slotferry"]
CMD ["up", "--bind", "0.0.0.0"]
