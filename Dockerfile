# The studio on a CPU: docker build -t unleash . && docker run --rm -p 7860:7860 unleash
FROM python:3.11-slim

RUN useradd --create-home --uid 1000 unleash
WORKDIR /home/unleash/app
ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    GRADIO_ANALYTICS_ENABLED=False \
    GRADIO_SERVER_NAME=0.0.0.0 \
    GRADIO_SERVER_PORT=7860

COPY .lock/requirements.txt /tmp/lock/
RUN pip install --no-cache-dir --index-url https://download.pytorch.org/whl/cpu torch==2.13.0 \
 && pip install --no-cache-dir --require-hashes -r /tmp/lock/requirements.txt

COPY app.py LICENSE ./
COPY assets/examples assets/examples
COPY weights weights
COPY unleash unleash

USER 1000
EXPOSE 7860
HEALTHCHECK --start-period=60s --interval=30s --timeout=10s \
  CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:7860/', timeout=8)"]
CMD ["python", "app.py"]
