# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
#
# ROS 2 from wheels in .venv, and the package in it. A machine that has ROS 2 needs none of this:
# there the checkout is an ordinary package for colcon.

ifeq ($(filter 4.% 5.%,$(MAKE_VERSION)),)
$(error missing: GNU make 4.0 or later, this is $(MAKE_VERSION) (Debian, Ubuntu: apt install make))
endif

# Interpreter for the environment; empty: the first of python3.12, python3.11, python3 that fits.
PYTHON ?=
# What `make demo` plays; empty: the bundled recording.
RECORDING ?=
# Further arguments, for example: make test PYTEST_ARGS='-k clock'
PYTEST_ARGS ?=
BENCH_ARGS ?=
EXPERIMENT_ARGS ?=

STAMPS := .venv/stamps
VENV_PYTHON := .venv/bin/python

# The environment's own ROS, whatever is sourced in the shell that calls make.
unexport PYTHONPATH PYTHONHOME LD_LIBRARY_PATH CMAKE_PREFIX_PATH COLCON_PREFIX_PATH
unexport ROS_DISTRO ROS_VERSION ROS_PYTHON_VERSION VIRTUAL_ENV
unexport _ROS_WHEELS_BOOTSTRAP_COMPLETE
export AMENT_PREFIX_PATH := $(CURDIR)/.venv
export RMW_IMPLEMENTATION := rmw_fastrtps_cpp
export ROS_AUTOMATIC_DISCOVERY_RANGE := LOCALHOST
export FASTDDS_DEFAULT_PROFILES_FILE := $(CURDIR)/config/fastdds_profile.xml
# Nothing is kept outside the checkout.
export ROS_HOME := $(CURDIR)/.ros
export ROS_LOG_DIR := $(CURDIR)/.ros/log
export XDG_CACHE_HOME := $(CURDIR)/.ros/cache
export PIP_NO_CACHE_DIR := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help venv test demo bench experiment lint check clean distclean FORCE
.DELETE_ON_ERROR:
.NOTPARALLEL:
.SUFFIXES:

help:
	@echo 'make test       set up what is missing, run the tests     (PYTEST_ARGS=...)'
	@echo 'make demo       set up what is missing, run the demo      (RECORDING=path)'
	@echo 'make bench      measure on this machine                   (BENCH_ARGS=...)'
	@echo 'make experiment online distillation, measured: hours  (EXPERIMENT_ARGS=...)'
	@echo 'make lint       check the style'
	@echo 'make venv       only set up .venv                         (PYTHON=python3.11)'
	@echo 'make check      only look for the prerequisites'
	@echo 'make clean      remove what was built and written, but for .venv'
	@echo 'make distclean  remove .venv as well'

test: venv
	$(VENV_PYTHON) -m pytest $(PYTEST_ARGS)

demo: venv
	$(VENV_PYTHON) -m depthanyevent_ros demo $(if $(RECORDING),"$(RECORDING)")

bench: venv
	$(VENV_PYTHON) -m depthanyevent_ros bench $(BENCH_ARGS)

experiment: $(STAMPS)/experiments
	$(VENV_PYTHON) -m experiments.online_distillation $(EXPERIMENT_ARGS)

lint: venv
	$(VENV_PYTHON) -m flake8 .

check:
	@tools/check_prerequisites.sh $(PYTHON) > /dev/null

venv: $(STAMPS)/package $(STAMPS)/interfaces

# An environment works only where it was made, and with the interpreter that it was made with.
ifneq ($(shell cat $(STAMPS)/venv 2> /dev/null),$(CURDIR))
$(STAMPS)/venv: FORCE
endif
ifneq ($(PYTHON),)
version = $(shell $(1) -c 'import sys; print(sys.version_info[:2])' 2> /dev/null)
ifneq ($(call version,$(PYTHON)),$(call version,$(VENV_PYTHON)))
$(STAMPS)/venv: FORCE
endif
endif

$(STAMPS)/venv:
	@python=$$(tools/check_prerequisites.sh $(PYTHON)) && \
	    echo "Making .venv with $$python" && "$$python" -m venv --clear .venv
	@mkdir -p $(STAMPS) && echo '$(CURDIR)' > $@

$(STAMPS)/requirements: $(STAMPS)/venv $(wildcard requirements/*.txt)
	@echo 'Installing ROS 2 and the libraries into .venv: some minutes, once'
	$(VENV_PYTHON) -m pip install --quiet --use-pep517 --constraint requirements/constraints.txt \
	    -r requirements/ros.txt -r requirements/interfaces.txt \
	    -r requirements/run.txt -r requirements/train.txt -r requirements/test.txt
	@touch $@

$(STAMPS)/experiments: requirements/experiments.txt | venv
	$(VENV_PYTHON) -m pip install --quiet --constraint requirements/constraints.txt -r $<
	@touch $@

# What was built goes with the ROS versions it was built for, not with every library.
INTERFACES := requirements/ros.txt requirements/interfaces.txt tools/build_interfaces.sh \
    $(wildcard interfaces/cmake/* interfaces/*/package.xml interfaces/*/CMakeLists.txt \
    interfaces/*/msg/*)
$(STAMPS)/interfaces: $(STAMPS)/venv $(INTERFACES) | $(STAMPS)/requirements
	@tools/build_interfaces.sh .venv build/interfaces
	@touch $@

# A folder is newer when a file is added or removed; the files themselves are linked.
PACKAGE := setup.py setup.cfg package.xml tools/link_checkout.py \
    $(wildcard launch config config/* models resource)
$(STAMPS)/package: $(STAMPS)/venv $(PACKAGE) | $(STAMPS)/requirements
	@echo 'Installing the package into .venv'
	@$(VENV_PYTHON) -m pip install --quiet --no-deps --no-build-isolation --use-pep517 -e .
	@$(VENV_PYTHON) tools/link_checkout.py
	@touch $@

clean:
	rm -rf build install log dist demo .ros .pytest_cache *.egg-info
	find depthanyevent_ros test launch tools -name __pycache__ -prune -exec rm -rf {} +

distclean: clean
	rm -rf .venv
