# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Topics are found by their type; what is ambiguous is said, never guessed."""

import pytest

from depthanyevent_ros.errors import RecordingError
from depthanyevent_ros.recordings.records import TopicInfo
from depthanyevent_ros.recordings.topics import choose_topics, Selection, SeveralTopics

EVENTS, IMAGE, INFO = ('dvs_msgs/msg/EventArray', 'sensor_msgs/msg/Image',
                       'sensor_msgs/msg/CameraInfo')
STEREO = [TopicInfo(f'/davis/{side}/{name}', msgtype, 1) for side in ('left', 'right')
          for name, msgtype in (('events', EVENTS), ('image_raw', IMAGE), ('camera_info', INFO))]


def test_only_topic_of_a_type_is_taken_whatever_its_name():
    """Names are remapped at will: the type decides."""
    topics = [TopicInfo('/a', EVENTS, 1), TopicInfo('/b', IMAGE, 1), TopicInfo('/c', INFO, 1),
              TopicInfo('/d', 'sensor_msgs/msg/Imu', 1)]
    chosen = choose_topics(topics, Selection())
    assert (chosen.events, chosen.frames, chosen.camera_info) == ('/a', '/b', '/c')
    assert chosen.notes == ()


def test_two_event_topics_are_an_error_that_lists_both():
    """Left or right is for the user to say."""
    with pytest.raises(SeveralTopics, match='/davis/left/events, /davis/right/events') as error:
        choose_topics(STEREO, Selection())
    assert error.value.names == ['/davis/left/events', '/davis/right/events']


def test_frames_and_calibration_come_from_the_namespace_of_the_events():
    """The right camera's events go with the right camera's frames."""
    chosen = choose_topics(STEREO, Selection(events='/davis/right/events'))
    assert chosen.frames == '/davis/right/image_raw'
    assert chosen.camera_info == '/davis/right/camera_info'


def test_several_pictures_beside_the_events_leave_image_raw_and_else_none_with_a_note():
    """A depth picture must not pass for the camera's frames."""
    depth = [TopicInfo('/cam/depth', IMAGE, 1), TopicInfo('/cam/events', EVENTS, 1)]
    named = choose_topics([*depth, TopicInfo('/cam/image_raw', IMAGE, 1)], Selection())
    assert named.frames == '/cam/image_raw'
    unnamed = choose_topics([*depth, TopicInfo('/cam/other', IMAGE, 1)], Selection())
    assert unnamed.frames is None
    assert '/cam/depth, /cam/other' in unnamed.notes[0]


@pytest.mark.parametrize('wanted', [
    Selection('/no'), Selection('/davis/left/events', '/no'),
    Selection('/davis/left/events', None, '/no')])
def test_wished_topic_that_is_missing_is_an_error_with_the_topics_of_that_type(wanted):
    """A typing error costs one look, not a search."""
    with pytest.raises(RecordingError, match="'/no'.*/davis/left/"):
        choose_topics(STEREO, wanted)


def test_recording_without_events_has_none():
    """Ground-truth bags have pictures only."""
    assert choose_topics([TopicInfo('/b', IMAGE, 1)], Selection()).events is None
    with pytest.raises(RecordingError, match='none'):
        choose_topics([TopicInfo('/b', IMAGE, 1)], Selection(events='/b'))
