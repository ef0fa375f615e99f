# The depth node on an NVIDIA GPU. Not built or run yet: there was no GPU to run it on.
#   docker build -f docker/gpu.Dockerfile -t depthanyevent_ros .
#   docker run --rm --gpus all --network host depthanyevent_ros
# The development image has cuda.h, which pycuda is built with.
FROM nvidia/cuda:13.0.1-devel-ubuntu24.04

RUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        build-essential git python3-dev python3-venv \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /depthanyevent_ros
COPY . .
RUN make venv \
    && CPATH=/usr/local/cuda/include .venv/bin/pip install --no-cache-dir \
        -r requirements/gpu.txt

# The plan belongs to the GPU of the machine: it is built at the first start and kept here.
VOLUME /cache
ENV DEPTHANYEVENT_CACHE=/cache AMENT_PREFIX_PATH=/depthanyevent_ros/.venv \
    RMW_IMPLEMENTATION=rmw_fastrtps_cpp \
    FASTDDS_DEFAULT_PROFILES_FILE=/depthanyevent_ros/config/fastdds_profile.xml
CMD [".venv/bin/python", "-m", "depthanyevent_ros.nodes.depth_node", "--ros-args", \
     "-r", "events:=/event_camera/events"]
