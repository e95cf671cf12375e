//! QR codes in pictures, PNG or JPEG: a scan or a photograph of a page.

use std::io::Cursor;

use rqrr::PreparedImage;
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::WHOLE_PREFIX;

/// Points of a picture: those of a phone's camera.
const POINTS_MAX: usize = 1 << 24;
/// Points along one edge.
const EDGE_MAX: usize = 1 << 14;
/// Bytes that a picture may unpack to beside its points.
const UNPACKED_MAX: usize = 1 << 27;

/// Sizes in which a picture is looked at, in quarters of its own.
const SIZES: [usize; 5] = [4, 8, 6, 5, 7];

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
const JPEG: &[u8] = b"\xff\xd8\xff";

/// A picture in grey.
struct Grey {
    width: usize,
    height: usize,
    points: Vec<u8>,
}

/// Whether a file begins as a picture does.
#[must_use]
pub fn is_picture(file: &[u8]) -> bool {
    file.starts_with(PNG) || file.starts_with(JPEG)
}

/// The texts of all codes in a picture that can be read; `None` if the picture itself can't be, or is too large.
///
/// Whether a dense code is found depends on how its squares fall on the points, so several sizes of the picture are
/// looked at, until one shows a code that carries a receipt.
#[must_use]
pub fn codes(file: &[u8]) -> Option<Vec<String>> {
    let grey = if file.starts_with(PNG) { png(file)? } else { jpeg(file)? };
    let mut texts = grey.codes();
    for quarters in SIZES {
        if texts.iter().any(|text| text.starts_with(WHOLE_PREFIX)) {
            break;
        }
        let found = grey.sized(quarters).map(|sized| sized.black_and_white().codes());
        texts.extend(found.unwrap_or_default());
    }
    texts.sort();
    texts.dedup();
    Some(texts)
}

impl Grey {
    fn point(&self, x: usize, y: usize) -> usize {
        let (x, y) = (x.min(self.width - 1), y.min(self.height - 1));
        self.points.get(y * self.width + x).copied().map_or(0xff, usize::from)
    }

    fn codes(&self) -> Vec<String> {
        let point =
            |x: usize, y: usize| self.points.get(y * self.width + x).copied().unwrap_or(0xff);
        let mut image = PreparedImage::prepare_from_greyscale(self.width, self.height, point);
        let grids = image.detect_grids();
        grids.iter().filter_map(|grid| grid.decode().ok()).map(|(_, text)| text).collect()
    }

    /// The picture in so many quarters of its size; `None` if that is too large.
    fn sized(&self, quarters: usize) -> Option<Self> {
        let (width, height) = (self.width * quarters / 4, self.height * quarters / 4);
        if !is_bounded(width, height) {
            return None;
        }
        // Places are counted in 256ths of a point.
        let place = |at: usize| (at * 1_024 / quarters / 256, at * 1_024 / quarters % 256);
        let between = |one: usize, other: usize, part: usize| one * (256 - part) + other * part;
        let mut points = Vec::with_capacity(width * height);
        for row in 0..height {
            let (y, down) = place(row);
            for column in 0..width {
                let (x, right) = place(column);
                let above = between(self.point(x, y), self.point(x + 1, y), right);
                let below = between(self.point(x, y + 1), self.point(x + 1, y + 1), right);
                points.push(u8::try_from(between(above, below, down) >> 16).unwrap_or(0xff));
            }
        }
        Some(Self { width, height, points })
    }

    /// Every point dark or light, whichever is nearer.
    fn black_and_white(mut self) -> Self {
        let darkest = self.points.iter().min().copied().unwrap_or_default();
        let lightest = self.points.iter().max().copied().unwrap_or_default();
        let middle = darkest.midpoint(lightest);
        for point in &mut self.points {
            *point = if *point < middle { 0 } else { 0xff };
        }
        self
    }
}

fn is_bounded(width: usize, height: usize) -> bool {
    (1..=EDGE_MAX).contains(&width)
        && (1..=EDGE_MAX).contains(&height)
        && width.saturating_mul(height) <= POINTS_MAX
}

fn png(file: &[u8]) -> Option<Grey> {
    let limits = png::Limits { bytes: UNPACKED_MAX };
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(file), limits);
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().ok()?;
    let (width, height) = reader.info().size();
    let (width, height) = (usize::try_from(width).ok()?, usize::try_from(height).ok()?);
    if !is_bounded(width, height) {
        return None;
    }
    let mut bytes = vec![0; reader.output_buffer_size()?];
    let frame = reader.next_frame(&mut bytes).ok()?;
    let samples = frame.color_type.samples();
    // What is not opaque lies on white paper.
    let grey = |point: &[u8]| match *point {
        [grey] => grey,
        [grey, opacity] => over(grey, opacity),
        [red, green, blue] => luma(red, green, blue),
        [red, green, blue, opacity] => over(luma(red, green, blue), opacity),
        _ => 0xff,
    };
    let points: Vec<u8> = bytes.chunks_exact(samples).map(grey).collect();
    (points.len() >= width * height).then_some(Grey { width, height, points })
}

fn luma(red: u8, green: u8, blue: u8) -> u8 {
    let sum = u32::from(red) * 77 + u32::from(green) * 150 + u32::from(blue) * 29;
    u8::try_from(sum >> 8).unwrap_or(0xff)
}

fn over(grey: u8, opacity: u8) -> u8 {
    let (grey, opacity) = (u32::from(grey), u32::from(opacity));
    u8::try_from((grey * opacity + 0xff * (0xff - opacity)) / 0xff).unwrap_or(0xff)
}

fn jpeg(file: &[u8]) -> Option<Grey> {
    let options = DecoderOptions::default()
        .jpeg_set_out_colorspace(ColorSpace::Luma)
        .set_max_width(EDGE_MAX)
        .set_max_height(EDGE_MAX);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(file), options);
    decoder.decode_headers().ok()?;
    let (width, height) = decoder.dimensions()?;
    if !is_bounded(width, height) {
        return None;
    }
    let points = decoder.decode().ok()?;
    (points.len() >= width * height).then_some(Grey { width, height, points })
}
