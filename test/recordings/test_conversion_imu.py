# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Samples of the IMU, whatever they come from, as sensor_msgs/Imu in SI units."""

import aedat
import h5py
import numpy as np
import pytest
from rosbags.highlevel import AnyReader

from depthanyevent_ros.recordings import aedat4_recording
from depthanyevent_ros.recordings.aedat4_recording import Aedat4Recording
from depthanyevent_ros.recordings.conversion import open_conversion, write_all
from depthanyevent_ros.recordings.topics import Selection
from depthanyevent_ros.recordings.writer import BagWriter

EPOCH_S = 1_505_000_000
SAMPLE = [0.1, -9.7, 0.2, 0.01, 0.02, -0.03]


def converted_imu(source, destination, topic):
    """Convert a recording; return the messages of a topic and their record times."""
    with open_conversion(source, 'packet', 5_000_000) as conversion, \
            BagWriter(destination) as writer:
        write_all(conversion.messages(), writer)
    with AnyReader([destination]) as reader:
        rows = [(record_ns, reader.deserialize(data, connection.msgtype))
                for connection, record_ns, data in reader.messages()
                if connection.topic == topic and connection.msgtype == 'sensor_msgs/msg/Imu']
    return [message for _, message in rows], [record_ns for record_ns, _ in rows]


def values_of(message):
    """Return acceleration and angular velocity, (6,)."""
    return [getattr(vector, axis) for vector in (
        message.linear_acceleration, message.angular_velocity) for axis in 'xyz']


def stamp_ns(message):
    """Return the stamp."""
    return message.header.stamp.sec * 10**9 + message.header.stamp.nanosec


def write_mvsec(folder):
    """Write a data file with one event and two samples, the second twice the first."""
    with h5py.File(folder / 'toy_data.hdf5', 'w') as file:
        file['davis/left/events'] = [[1.0, 2.0, EPOCH_S + 0.002, 1.0]]
        file['davis/left/imu'] = np.outer([1, 2], SAMPLE)
        file['davis/left/imu_ts'] = EPOCH_S + np.array([0.001, 0.004])
    return folder / 'toy_data.hdf5'


def write_ecd(folder):
    """Write the same as text; the clock begins at 0."""
    (folder / 'toy').mkdir()
    (folder / 'toy' / 'events.txt').write_text('0.002 1 2 1\n')
    (folder / 'toy' / 'imu.txt').write_text(''.join(
        f'{t} {" ".join(str(factor * value) for value in SAMPLE)}\n'
        for t, factor in ((0.001, 1), (0.004, 2))))
    return folder / 'toy'


@pytest.mark.parametrize('write, topic, start_ns', [
    (write_mvsec, '/davis/left/imu', EPOCH_S * 10**9), (write_ecd, '/dvs/imu', 0)])
def test_samples_of_data_sets_come_through(tmp_path, write, topic, start_ns):
    """In SI units already; recorded at their stamps, in the frame of the camera's IMU."""
    messages, records_ns = converted_imu(write(tmp_path), tmp_path / 'bag', topic)
    assert records_ns == [start_ns + 1_000_000, start_ns + 4_000_000]
    assert list(map(stamp_ns, messages)) == records_ns
    np.testing.assert_allclose(values_of(messages[0]), SAMPLE)
    np.testing.assert_allclose(values_of(messages[1]), np.multiply(SAMPLE, 2))
    assert {message.header.frame_id for message in messages} == {'camera_imu_frame'}


def test_an_imu_says_nothing_of_orientation(tmp_path):
    """By the convention of the message: a covariance of -1; that of the others is not known."""
    message, _ = converted_imu(write_mvsec(tmp_path), tmp_path / 'bag', '/davis/left/imu')[0]
    assert message.orientation_covariance[0] == -1
    assert not message.angular_velocity_covariance.any()
    assert not message.linear_acceleration_covariance.any()


def test_every_sample_of_a_real_aedat4_comes_through(newtons_cradle, tmp_path):
    """A camera on a table: its gyroscope says about 1 degree per second, its bias."""
    packets = aedat.Decoder(str(newtons_cradle))
    expected = np.concatenate([packet['imus'] for packet in packets if 'imus' in packet])
    messages, records_ns = converted_imu(newtons_cradle, tmp_path / 'bag', '/event_camera/imu')
    assert records_ns == (expected['t'].astype(np.int64) * 1000).tolist() and len(messages) > 100
    found = np.array(list(map(values_of, messages)))
    np.testing.assert_allclose(found[:, 3], np.radians(expected['gyroscope_x']), rtol=1e-6)
    assert 0.01 < np.abs(found[:, 3:]).max(0).min() < 0.1


class TwoSamples:
    """What aedat's decoder says of a file with an IMU alone, the last packet damaged."""

    def __init__(self, path):
        columns = [('t', 'u8')] + [(f'{sensor}_{axis}', 'f4') for sensor in (
            'accelerometer', 'gyroscope', 'magnetometer') for axis in 'xyz']
        samples = np.array([(7, 0, 1, 0, 0, 0, 180, 0, 0, 0),
                            (9, 2, 0, 0, 90, 0, 0, 0, 0, 0)], columns)
        self._packets = iter([{'stream_id': 2, 'imus': samples}])

    def id_to_stream(self):
        """Return the one stream."""
        return {2: {'type': 'imus'}}

    def __next__(self):
        packet = next(self._packets, None)
        if packet is None:
            raise RuntimeError('cut off')
        return packet


def test_aedat4_is_converted_from_g_and_degrees(monkeypatch):
    """9.81 m/s^2 to the g, pi rad to 180 degrees; what is before a damage is read."""
    monkeypatch.setattr(aedat4_recording.aedat, 'Decoder', TwoSamples)
    recording = Aedat4Recording('x.aedat4', Selection(), 'mono')
    stamps_ns, samples = zip(*recording.imu_samples())
    assert stamps_ns == (7000, 9000)
    np.testing.assert_allclose(samples, [[0, 9.81, 0, 0, 0, np.pi],
                                         [19.62, 0, 0, np.pi / 2, 0, 0]])


def test_a_recording_without_an_imu_has_no_such_topic(tmp_path):
    """Not an empty one either."""
    source = write_ecd(tmp_path)
    (source / 'imu.txt').unlink()
    assert converted_imu(source, tmp_path / 'bag', '/dvs/imu') == ([], [])
