//! The fonts of pages: subsets of Noto Sans made once and committed, embedded as they are, so that the bytes of a page
//! depend on no subsetter.

use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Finish, Name, Pdf, Rect, Ref, Str};
use ttf_parser::GlyphId;

/// A font of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Face {
    /// Text.
    Regular,
    /// Headings.
    Bold,
    /// Ids; ASCII only.
    Mono,
}

impl Face {
    /// All fonts, in the order of [`Fonts`].
    pub(super) const ALL: [Self; 3] = [Self::Regular, Self::Bold, Self::Mono];

    /// Its name among a page's resources.
    pub(super) const fn resource(self) -> Name<'static> {
        match self {
            Self::Regular => Name(b"R"),
            Self::Bold => Name(b"B"),
            Self::Mono => Name(b"M"),
        }
    }

    /// Its PostScript name, marked as that of a subset.
    const fn name(self) -> Name<'static> {
        match self {
            Self::Regular => Name(b"TAMGAR+NotoSans-Regular"),
            Self::Bold => Name(b"TAMGAB+NotoSans-Bold"),
            Self::Mono => Name(b"TAMGAM+NotoSansMono-Regular"),
        }
    }

    const fn data(self) -> &'static [u8] {
        match self {
            Self::Regular => include_bytes!("../../assets/fonts/NotoSans-Regular.ttf"),
            Self::Bold => include_bytes!("../../assets/fonts/NotoSans-Bold.ttf"),
            Self::Mono => include_bytes!("../../assets/fonts/NotoSansMono-Regular.ttf"),
        }
    }
}

/// Units of an em in every one of the fonts, as in PDF.
const EM: i32 = 1_000;
/// Shown for characters that a font lacks.
const UNKNOWN: char = '\u{fffd}';
/// Objects that one font takes.
pub(super) const OBJECTS: i32 = 5;

/// The fonts, read.
pub(super) struct Fonts([ttf_parser::Face<'static>; 3]);

impl Fonts {
    /// # Panics
    /// When a committed font is damaged, which a test excludes.
    pub(super) fn new() -> Self {
        Self(Face::ALL.map(|face| {
            let font = ttf_parser::Face::parse(face.data(), 0).expect("a committed font is whole");
            assert_eq!(i32::from(font.units_per_em()), EM, "the fonts count as PDF does");
            font
        }))
    }

    fn of(&self, face: Face) -> &ttf_parser::Face<'static> {
        let [regular, bold, mono] = &self.0;
        match face {
            Face::Regular => regular,
            Face::Bold => bold,
            Face::Mono => mono,
        }
    }

    fn glyph(&self, face: Face, letter: char) -> GlyphId {
        let font = self.of(face);
        let found = font.glyph_index(letter).or_else(|| font.glyph_index(UNKNOWN));
        found.expect("every font shows what it lacks")
    }

    /// The width of a text at a size, in the unit of the size.
    pub(super) fn width(&self, face: Face, size: i32, text: &str) -> i32 {
        let advance = |letter| {
            self.of(face).glyph_hor_advance(self.glyph(face, letter)).map_or(EM, i32::from)
        };
        let width = text.chars().map(advance).fold(0_i32, i32::saturating_add);
        width.saturating_mul(size) / EM
    }

    /// The text as a page's content shows it: the numbers of its glyphs.
    pub(super) fn shown(&self, face: Face, text: &str) -> Vec<u8> {
        text.chars().flat_map(|letter| self.glyph(face, letter).0.to_be_bytes()).collect()
    }

    /// Writes the five objects of a font, the first of which pages name.
    pub(super) fn write(&self, face: Face, pdf: &mut Pdf, first: Ref) {
        let font = self.of(face);
        let [descendant, descriptor, file, unicode] =
            [1, 2, 3, 4].map(|at| Ref::new(first.get() + at));
        let system =
            SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };
        pdf.type0_font(first)
            .base_font(face.name())
            .encoding_predefined(Name(b"Identity-H"))
            .descendant_font(descendant)
            .to_unicode(unicode);
        let widths: Vec<f32> = (0..font.number_of_glyphs())
            .map(|glyph| font.glyph_hor_advance(GlyphId(glyph)).map_or(0.0, f32::from))
            .collect();
        let mut cid = pdf.cid_font(descendant);
        cid.subtype(CidFontType::Type2)
            .base_font(face.name())
            .system_info(system)
            .font_descriptor(descriptor)
            .default_width(0.0)
            .cid_to_gid_map_predefined(Name(b"Identity"));
        cid.widths().consecutive(0, widths);
        cid.finish();
        let bounds = font.global_bounding_box();
        let [x_min, y_min, x_max, y_max] =
            [bounds.x_min, bounds.y_min, bounds.x_max, bounds.y_max].map(f32::from);
        let pitch = if face == Face::Mono { FontFlags::FIXED_PITCH } else { FontFlags::empty() };
        pdf.font_descriptor(descriptor)
            .name(face.name())
            .flags(FontFlags::SYMBOLIC | pitch)
            .bbox(Rect::new(x_min, y_min, x_max, y_max))
            .italic_angle(0.0)
            .ascent(f32::from(font.ascender()))
            .descent(f32::from(font.descender()))
            .cap_height(f32::from(font.capital_height().unwrap_or_default()))
            .stem_v(if face == Face::Bold { 140.0 } else { 80.0 })
            .font_file2(file);
        let length = i32::try_from(face.data().len()).unwrap_or(i32::MAX);
        pdf.stream(file, face.data()).pair(Name(b"Length1"), length);
        let mut letters = UnicodeCmap::new(Name(b"Tamga"), system);
        // The committed subsets have one letter a glyph, none of them beyond this range.
        for letter in '\u{20}'..='\u{ffff}' {
            if let Some(glyph) = font.glyph_index(letter) {
                letters.pair(glyph.0, letter);
            }
        }
        pdf.cmap(unicode, &letters.finish());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_of_the_three_languages_has_a_glyph_of_its_own() {
        let fonts = Fonts::new();
        let letters = "аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя№₸«»—–…·×";
        for face in [Face::Regular, Face::Bold] {
            let unknown = fonts.glyph(face, UNKNOWN);
            let upper = letters.to_uppercase();
            let all = letters.chars().chain(upper.chars()).chain('!'..='~');
            let mut seen = std::collections::BTreeMap::new();
            for letter in all {
                let glyph = fonts.glyph(face, letter);
                assert_ne!(glyph, unknown, "{letter} in {face:?}");
                let other = seen.insert(glyph.0, letter);
                assert!(other.is_none_or(|other| other == letter), "{letter} looks like {other:?}");
            }
        }
        assert_eq!(fonts.glyph(Face::Mono, 'ә'), fonts.glyph(Face::Mono, UNKNOWN));
    }
}
