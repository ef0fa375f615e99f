# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""aedat4 files become packets of at most 1 ms and frames, in one order of time."""

import aedat
import numpy as np
import pytest

from depthanyevent_ros.errors import ConfigError, RecordingError
from depthanyevent_ros.events.decoders import decode_all, make_decoder
from depthanyevent_ros.recordings import EventsRecord, FrameRecord, open_recording
from depthanyevent_ros.recordings.cutting import MAX_DURATION_NS, MAX_EVENTS


def read(path, **choice):
    """Return all records, the remarks and the counts."""
    with open_recording(path, **choice) as recording:
        return list(recording.messages()), recording.notes, dict(recording.counts)


def of_type(records, kind):
    """Return the records of a type."""
    return [record for record in records if isinstance(record, kind)]


@pytest.mark.parametrize('encoding', ['mono', 'libcaer', 'libcaer_cmp', 'evt3'])
def test_events_are_those_of_the_file_in_every_encoding(newtons_cradle, encoding):
    """319,512 events, none moved; evt3 holds 24 bits of the time."""
    records, notes, counts = read(newtons_cradle, encoding=encoding)
    decoder = make_decoder(encoding)
    events = np.concatenate([decode_all(decoder, record.message)
                             for record in of_type(records, EventsRecord)])
    expected = np.concatenate([p['events'] for p in aedat.Decoder(str(newtons_cradle))
                               if 'events' in p])
    t_ns = expected['t'].astype(np.int64) * 1000
    if encoding == 'evt3':
        t_ns += events['t_ns'][0] - t_ns[0]
    for name, column in (('x', expected['x']), ('y', expected['y']), ('p', expected['on']),
                         ('t_ns', t_ns)):
        np.testing.assert_array_equal(events[name], column)
    assert not notes and not counts


def test_packets_are_short_and_numbered_and_records_in_order(newtons_cradle):
    """As a driver sends them: 1 ms, seq without gaps, record time of the last event."""
    records, _, _ = read(newtons_cradle)
    record_ns = [record.record_ns for record in records]
    assert record_ns == sorted(record_ns)
    packets = of_type(records, EventsRecord)
    assert [p.message.seq for p in packets] == list(range(len(packets)))
    decoder = make_decoder('mono')
    for packet in packets:
        events = decode_all(decoder, packet.message)
        assert 0 < len(events) <= MAX_EVENTS
        assert events['t_ns'][-1] - events['t_ns'][0] < MAX_DURATION_NS
        assert packet.record_ns == packet.message.stamp_ns == events['t_ns'][-1]


def test_frames_have_their_exposure(newtons_cradle):
    """13 frames at 25 Hz, exposed for 20 ms, recorded when the exposure ended."""
    frames = of_type(read(newtons_cradle)[0], FrameRecord)
    assert len(frames) == 13 and {f.middle_ns - f.stamp_ns for f in frames} == {10_000_000}
    assert set(np.diff([f.stamp_ns for f in frames])) == {40_000_000}
    assert all(f.record_ns == f.stamp_ns + 20_000_000 for f in frames)
    assert (frames[0].encoding, frames[0].image.shape) == ('mono8', (260, 346))


def test_long_packet_of_the_file_is_mixed_with_its_frames(shared):
    """The fixture has one packet of 149 ms and frames in its midst."""
    records, _, _ = read(shared / 'fixtures' / 'mini_davis.aedat4')
    frames = [i for i, record in enumerate(records) if isinstance(record, FrameRecord)]
    assert len(frames) == 3 and frames[0] < 3 and 20 < frames[1] < frames[2] < len(records) - 20


def test_reading_begins_at_a_time(newtons_cradle):
    """The last tenth of a second."""
    records, _, _ = read(newtons_cradle)
    start_ns = records[-1].record_ns - 100_000_000
    with open_recording(newtons_cradle) as recording:
        late = list(recording.messages(start_ns))
    assert len(late) == sum(record.record_ns >= start_ns for record in records)


def test_file_that_was_cut_off_is_read_up_to_the_cut(newtons_cradle, tmp_path):
    """Half a file gives half of the events, and it is said."""
    data = newtons_cradle.read_bytes()
    cut = tmp_path / 'cut.aedat4'
    cut.write_bytes(data[:len(data) // 2])
    records, notes, counts = read(cut)
    assert 100 < len(of_type(records, EventsRecord)) < 400
    assert counts == {'damaged_tail': 1} and 'damaged after' in notes[0]
    cut.write_bytes(data[:1000])
    with pytest.raises(RecordingError, match='no readable aedat4 file'):
        read(cut)


def test_streams_that_are_not_there_are_errors_that_list_those_that_are(newtons_cradle):
    """Streams are called after their type and number."""
    with pytest.raises(RecordingError, match="'events/7'; streams with events: events/0"):
        open_recording(newtons_cradle, events_topic='events/7')
    with pytest.raises(RecordingError, match='frames/1'):
        open_recording(newtons_cradle, frames_topic='x')
    with pytest.raises(RecordingError, match='no camera_info'):
        open_recording(newtons_cradle, camera_info_topic='x')
    assert read(newtons_cradle, events_topic='events/0')[0]


def test_unknown_encoding_is_an_error_that_lists_the_known_ones(newtons_cradle):
    """Events are packed on the way: that takes an encoder."""
    with pytest.raises(ConfigError, match="'evt2'.*libcaer_cmp"):
        open_recording(newtons_cradle, encoding='evt2')
