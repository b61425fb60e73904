"""What is done with selected time: split, crop, take out, put in, loop."""

from __future__ import annotations

from app.comping import Span
from app.take_verbs import TakeVerbs
from app.views.timeline.gestures import new_clip_id
from engine.project.edits import CropClips, DeleteTime, Edit, InsertTime, SplitClip
from engine.project.model import Clip


class TimeVerbs(TakeVerbs):
    """Verbs on the time selection; each is one step of the history."""

    def automation_follows(self, on: bool) -> None:
        """Whether what is drawn under clips goes where they go."""
        self.session.selection.carries_automation = on

    @property
    def automation_goes_along(self) -> bool:
        """Whether it does now."""
        return self.session.selection.carries_automation

    def ripple_track(self, on: bool) -> None:
        """What is behind an edited clip on its track goes along, or no more."""
        self.session.selection.set_ripple("track" if on else "off")

    def ripple_all(self, on: bool) -> None:
        """What is behind an edited clip on all tracks goes along, or no more."""
        self.session.selection.set_ripple("all" if on else "off")

    def select_clips_time(self) -> None:
        """Select the time from the first selected clip's start to the last one's end."""
        clips = self.chosen_clips()
        if clips:
            last_s = max(clip.start_s + clip.duration_s for clip in clips)
            self.session.selection.set_span((min(clip.start_s for clip in clips), last_s))

    def loop_span(self) -> None:
        """Repeat the selected time."""
        span = self._span()
        if span is not None:
            self.session.set_loop(span)

    def split_span(self) -> None:
        """Split the selected clips (else all) at both ends; the parts inside are selected."""
        span = self._span()
        if span is None:
            return
        edits: list[Edit] = []
        inside: set[str] = set()
        for clip in self._chosen_or_all():
            parts = _cuts(clip, span)
            edits += parts
            if clip.start_s < span[1] and clip.start_s + clip.duration_s > span[0]:
                first = clip.start_s >= span[0] - 1e-3
                inside.add(clip.id if first or not parts else parts[0].new_id)
        if edits:
            self._do_each("Split", edits)
        self.session.selection.select_clips(inside)

    def crop_span(self) -> None:
        """Keep of the selected clips (else of all) what lies in the selected time."""
        span = self._span()
        clips = self._chosen_or_all()
        if span is not None and clips:
            ids = tuple(clip.id for clip in clips)
            self.session.do(CropClips(clip_ids=ids, from_s=span[0], to_s=span[1]))

    def delete_time(self) -> None:
        """Take the selected time out; what is behind it comes earlier, the playhead to the cut."""
        span = self._span()
        if span is not None and self.session.do(
            DeleteTime(from_s=span[0], to_s=span[1], automation=self.automation_goes_along)
        ):
            self.session.selection.set_span(None)
            self.session.locate(span[0])

    def insert_time(self) -> None:
        """Put silence as long as the selected time in at its start."""
        span = self._span()
        if span is not None:
            self.session.do(
                InsertTime(
                    at_s=span[0],
                    length_s=span[1] - span[0],
                    automation=self.automation_goes_along,
                )
            )

    def _chosen_or_all(self) -> list[Clip]:
        return self.chosen_clips() or list(self.session.project.clips)


def _cuts(clip: Clip, span: Span) -> list[SplitClip]:
    """Splits of a clip at the ends of a span that lie inside it, from left to right."""
    end_s, clip_id = clip.start_s + clip.duration_s, str(clip.id)
    edits: list[SplitClip] = []
    for time_s in span:
        if clip.start_s + 1e-3 < time_s < end_s - 1e-3:
            edits.append(SplitClip(clip_id=clip_id, time_s=time_s, new_id=new_clip_id()))
            clip_id = edits[-1].new_id
    return edits
