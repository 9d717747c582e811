import io
import struct
import zlib

import pytest
from devkit.engines import load_engine
from PIL import Image

engine = load_engine('distributor_portal')
photos, FileRefused = engine.photos, engine.files.FileRefused

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b'<!doctype html><script>alert(1)</script>'


def draw(kind='JPEG', size=(64, 48), mode='RGB', **options):
    out = io.BytesIO()
    Image.new(mode, size, 'red' if mode == 'RGB' else None).save(out, kind, **options)
    return out.getvalue()


def declare(width, height):
    """A PNG of a few bytes that says it is this large."""
    def chunk(name, data):
        return struct.pack('>I', len(data)) + name + data + struct.pack('>I', zlib.crc32(name + data))
    return b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, 8, 2, 0, 0, 0)) + chunk(
        b'IDAT', zlib.compress(b'\x00' * 1000)) + chunk(b'IEND', b'')


def gif():
    out = io.BytesIO()
    Image.new('P', (9, 9)).save(out, 'GIF')
    return out.getvalue()


HOSTILE = {
    'empty': b'',
    'too_large': b'\xff\xd8\xff' + b'\x00' * (25 * 2**20),
    'svg': SVG,
    'svg_with_declaration': b'<?xml version="1.0"?>' + SVG,
    'html': HTML,
    'html_behind_a_jpeg_mark': b'\xff\xd8\xff' + HTML,
    'html_behind_a_png_mark': b'\x89PNG\r\n\x1a\n' + HTML,
    'bomb_30000': declare(30_000, 30_000),
    'bomb_of_the_largest_side': declare(2**31 - 1, 2**31 - 1),
    'bomb_thin': declare(2**31 - 1, 1),
    'cut_off_png': draw('PNG')[:60],
    'cut_off_jpeg': draw()[:200],
    'nothing_but_a_head': declare(500, 500),
    'gif': gif(),
    'tiff': draw('TIFF'),
    'bmp': draw('BMP'),
    'ico': draw('ICO'),
    'pdf': b'%PDF-1.7\n%%EOF',
    'postscript': b'%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n',
    'zip': b'PK\x03\x04' + b'\x00' * 100,
    'program': b'MZ' + b'\x00' * 100,
    'script': b'#!/bin/sh\nrm -rf /\n',
    'riff_that_is_sound': b'RIFF\x24\x00\x00\x00WAVEfmt ' + b'\x00' * 40,
    'heic': b'\x00\x00\x00\x18ftypheic' + b'\x00' * 100,
    'text': b'Just a note',
    'nul': b'\x00' * 1000,
}


@pytest.mark.parametrize('name', HOSTILE)
def test_hostile_files_are_refused(name):
    with pytest.raises(FileRefused):
        photos.clean_photo(HOSTILE[name])


@pytest.mark.parametrize(('kind', 'mode'), [
    ('JPEG', 'RGB'), ('JPEG', 'L'), ('JPEG', 'CMYK'), ('PNG', 'RGB'), ('PNG', 'RGBA'), ('PNG', 'P'), ('PNG', '1'),
    ('PNG', 'I;16'), ('WEBP', 'RGB'), ('WEBP', 'RGBA'),
])
def test_photos_become_plain_jpegs(kind, mode):
    clean = Image.open(io.BytesIO(photos.clean_photo(draw(kind, mode=mode))))
    assert (clean.format, clean.mode, clean.size) == ('JPEG', 'RGB', (64, 48))


def test_large_photos_are_made_smaller():
    clean = Image.open(io.BytesIO(photos.clean_photo(draw(size=(4000, 3000)))))
    assert clean.size == (1600, 1200)


def test_place_and_device_are_taken_out_and_the_picture_turned():
    exif = Image.Exif()
    exif[0x0112] = 6  # held upright
    exif[0x010F] = "Maker of phones"
    exif.get_ifd(0x8825)[1] = 'N'
    content = draw(exif=exif, comment=b'a comment')
    assert b'Maker of phones' in content
    clean = photos.clean_photo(content)
    image = Image.open(io.BytesIO(clean))
    assert image.size == (48, 64)
    assert not image.getexif()
    assert b'Maker of phones' not in clean
    assert b'a comment' not in clean


def test_what_stands_behind_a_photo_is_left_out():
    clean = photos.clean_photo(draw() + HTML + b'PK\x03\x04 and an archive')
    assert b'<script' not in clean
    assert b'PK\x03\x04' not in clean


def test_transparent_is_white():
    clean = Image.open(io.BytesIO(photos.clean_photo(draw('PNG', mode='RGBA'))))
    assert clean.getpixel((5, 5)) == (255, 255, 255)
