"""Photos that somebody uploads as proof: what they are by content, and a clean copy of them.

What is kept is drawn anew from the pixels: no place, no device, no second file behind or inside the picture.
"""
import io
import warnings

from PIL import Image, ImageOps

from .files import FileRefused
from .tables import MAX_BYTES

MAX_SIDE = 1600
QUALITY = 82
# Read with these readers only: whatever else the library knows is not even tried.
FORMATS = ['JPEG', 'PNG', 'WEBP']
# format → (how it begins, most pixels). A small file can declare far more than a camera makes; a JPEG is unpacked at a
# fraction of its size. An MPO is the JPEG of a phone with a second one behind it, which is left out.
KNOWN = {
    'JPEG': (b'\xff\xd8\xff', 60_000_000), 'MPO': (b'\xff\xd8\xff', 60_000_000),
    'PNG': (b'\x89PNG\r\n\x1a\n', 25_000_000), 'WEBP': (b'RIFF', 25_000_000),
}


def clean_photo(content: bytes) -> bytes:
    """The photo as a JPEG of at most `MAX_SIDE`, turned as it was held, without anything but its pixels.

    :raise FileRefused: empty, too large, no photo, broken, or built to harm
    """
    if not content:
        raise FileRefused('file_empty')
    if len(content) > MAX_BYTES:
        raise FileRefused('file_too_large', f"{len(content) / 2**20:.0f} MiB")
    image = _open(content)
    try:
        # A JPEG is read at a fraction of its size where that is enough: a tenth of the time and the memory.
        image.draft('RGB', (2 * MAX_SIDE, 2 * MAX_SIDE))
        image = ImageOps.exif_transpose(image)
        image.thumbnail((MAX_SIDE, MAX_SIDE))
        image = _flatten(image)
    except Exception as error:  # the readers of a broken file raise whatever comes
        raise FileRefused('photo_broken') from error
    out = io.BytesIO()
    image.save(out, 'JPEG', quality=QUALITY, optimize=True)
    return out.getvalue()


def _open(content: bytes) -> Image.Image:
    """Its head only: nothing is unpacked before its size is known."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter('ignore', Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(content), formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise FileRefused('unpacks_too_large') from error
    except Exception as error:
        raise FileRefused('no_photo') from error
    start, most = KNOWN[image.format]
    if not content.startswith(start):
        raise FileRefused('no_photo')
    width, height = image.size
    if width * height > most:
        raise FileRefused('unpacks_too_large', f"{width} × {height}")
    return image


def _flatten(image: Image.Image) -> Image.Image:
    """A new picture of the same pixels, on white where it is transparent: comments and profiles stay behind."""
    ground = Image.new('RGB', image.size, 'white')
    if image.mode in ('RGBA', 'LA', 'PA') or 'transparency' in image.info:
        image = image.convert('RGBA')
        ground.paste(image, mask=image.getchannel('A'))
    else:
        ground.paste(image.convert('RGB'))
    return ground
