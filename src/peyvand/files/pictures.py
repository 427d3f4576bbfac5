"""Pictures as people send them, made safe to keep: drawn anew, so that position, camera and hidden data stay behind."""

import io
from typing import IO

from PIL import Image, ImageOps, UnidentifiedImageError

from peyvand.kernel.refusals import Refusal

MOST_BYTES = 10 * 2**20
MOST_PIXELS = 60_000_000
LONGEST_SIDE = 2000
CONTENT_TYPE = "image/jpeg"
_ACCEPTED = ("JPEG", "PNG", "WEBP")


class FileTooLarge(Refusal):
    code = "file_too_large"
    message = "This file has {megabytes} MB; at most {most} MB can be kept. Take the picture with a lower quality and send it again."


class NotAPicture(Refusal):
    code = "not_a_picture"
    message = "This file is not a picture that can be read. Send a JPEG, PNG or WebP picture."


class PictureTooLarge(Refusal):
    code = "picture_too_large"
    message = "This picture is {width} by {height} points, more than can be read safely. Send a smaller one."


def cleaned(file: IO[bytes]) -> bytes:
    """The picture as a JPEG of at most 2,000 points a side, turned upright, with no metadata.

    Raises `FileTooLarge`, `NotAPicture` or `PictureTooLarge`; the pixels are read only after the size is known.
    """
    data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        size = getattr(file, "size", None) or len(data)
        raise FileTooLarge(megabytes=-(-size // 2**20), most=MOST_BYTES // 2**20)
    try:
        with Image.open(io.BytesIO(data), formats=_ACCEPTED) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise PictureTooLarge(width=picture.width, height=picture.height)
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            return _as_jpeg(upright)
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError):
        raise NotAPicture from None


def _as_jpeg(picture: Image.Image) -> bytes:
    """Onto a white ground of its own: nothing but the pixels goes over."""
    seen = picture.convert("RGBA")
    sheet = Image.new("RGB", seen.size, "white")
    sheet.paste(seen, mask=seen.getchannel("A"))
    out = io.BytesIO()
    sheet.save(out, "JPEG", quality=85, optimize=True)
    return out.getvalue()
