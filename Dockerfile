# docker build -t concord . && docker run --rm -v "$PWD/results:/concord/results" concord compare
FROM python:3.12-slim
RUN useradd --uid 1000 --create-home concord && install --directory --owner=concord /concord
USER 1000
WORKDIR /concord
COPY --chown=1000 . .
# Fetches what is locked and compiles the model; from here on nothing is fetched any more.
RUN python experiments/maintenance/install.py .venv
ENV PATH="/concord/.venv/bin:$PATH"
ENTRYPOINT ["concord"]
CMD ["compare"]
