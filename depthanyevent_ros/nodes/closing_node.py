# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A lifecycle node that frees everything in one place, whatever state it leaves."""

from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn

SUCCESS, FAILURE = TransitionCallbackReturn.SUCCESS, TransitionCallbackReturn.FAILURE


class ClosingNode(LifecycleNode):
    """Its heirs have ``close()``, which may be called from any state, and twice."""

    def start_if_wanted(self) -> None:
        """Configure and activate, if the parameter autostart says so."""
        if self.get_parameter('autostart').value:
            if self.trigger_configure() == SUCCESS:
                self.trigger_activate()

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Stop all threads and free everything."""
        self.close()
        return SUCCESS

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Stop all threads and free everything, from any state."""
        self.close()
        return SUCCESS

    def on_error(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Free everything; the node can be configured again."""
        self.close()
        return SUCCESS
