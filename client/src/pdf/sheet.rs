//! A document of A4 pages: text, lines, boxes and codes, written as PDF/A-3 without anything that is not handed in.
//!
//! Lengths are twips, twentieths of a point, from the upper left corner: all arithmetic is on integers.

use pdf_writer::types::{AssociationKind, ColorSpaceOperand};
use pdf_writer::{Content, Date, Finish, Name, Pdf, Rect, Ref, Str, TextStr};
use tamga_format::id::{UnixMillis, sha256};

use super::font::{Face, Fonts, OBJECTS};
use crate::code::Modules;
use crate::text;

/// Width of a page.
pub(super) const WIDTH: i32 = 11_906;
/// Height of a page.
pub(super) const HEIGHT: i32 = 16_838;
/// Twips of a millimetre, rounded down.
pub(super) const MILLIMETRE: i32 = 56;

/// A colour, with the contrast that people need to read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Colour {
    /// Text.
    Ink,
    /// What stands beside the text.
    Muted,
    /// Headings.
    Blue,
    /// In order.
    Green,
    /// Late, missed.
    Red,
    /// Somebody should look.
    Amber,
    /// Rules between rows.
    Line,
    /// A light ground.
    Ground,
}

impl Colour {
    /// Red, green and blue, from 0 to 1.
    const fn parts(self) -> [f32; 3] {
        match self {
            Self::Ink => [0.071, 0.149, 0.227],
            Self::Muted => [0.290, 0.357, 0.424],
            Self::Blue => [0.0, 0.333, 0.549],
            Self::Green => [0.043, 0.420, 0.227],
            Self::Red => [0.702, 0.149, 0.118],
            Self::Amber => [0.541, 0.294, 0.0],
            Self::Line => [0.812, 0.843, 0.878],
            Self::Ground => [0.949, 0.961, 0.973],
        }
    }
}

/// How a text looks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    /// The font.
    pub(super) face: Face,
    /// The size of an em.
    pub(super) size: i32,
    /// The colour.
    pub(super) colour: Colour,
}

impl Style {
    pub(super) const fn new(face: Face, size: i32, colour: Colour) -> Self {
        Self { face, size, colour }
    }

    /// From one line of text to the next.
    pub(super) const fn leading(self) -> i32 {
        self.size * 13 / 10
    }

    /// From the top of a line to where its letters stand.
    const fn ascent(self) -> i32 {
        self.size * 21 / 20
    }
}

/// Where a text may stand: its left edge, its top and its width.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    /// The left edge.
    pub(super) left: i32,
    /// The top.
    pub(super) top: i32,
    /// The width.
    pub(super) width: i32,
}

/// A file that a document carries.
pub(super) struct Attached<'a> {
    /// Its name.
    pub(super) name: &'a str,
    /// Its media type as a PDF name.
    pub(super) media_type: &'a str,
    /// What it is.
    pub(super) about: &'a str,
    /// Its bytes.
    pub(super) bytes: &'a [u8],
}

/// What a document says of itself.
pub(super) struct About<'a> {
    /// Its title.
    pub(super) title: &'a str,
    /// Its language.
    pub(super) language: &'a str,
    /// What it is made again from, beside the file that it carries.
    pub(super) keywords: &'a str,
    /// The time of what it shows.
    pub(super) time: UnixMillis,
    /// The file that it carries.
    pub(super) attached: Option<Attached<'a>>,
}

/// A document as it is drawn.
pub(super) struct Sheet {
    fonts: Fonts,
    pages: Vec<Content>,
    /// The page that is drawn on.
    current: usize,
    codes: Vec<Modules>,
}

impl Sheet {
    /// A document of one empty page.
    pub(super) fn new() -> Self {
        let mut sheet =
            Self { fonts: Fonts::new(), pages: Vec::new(), current: 0, codes: Vec::new() };
        sheet.turn();
        sheet
    }

    /// Goes on to a new page.
    pub(super) fn turn(&mut self) {
        let mut page = Content::new();
        page.transform([0.05, 0.0, 0.0, 0.05, 0.0, 0.0]);
        page.set_fill_color_space(ColorSpaceOperand::Named(RGB));
        self.current = self.pages.len();
        self.pages.push(page);
    }

    /// Goes back to a page.
    pub(super) fn back(&mut self, page: usize) {
        self.current = page;
    }

    /// Pages so far.
    pub(super) fn pages(&self) -> usize {
        self.pages.len()
    }

    fn page(&mut self) -> &mut Content {
        self.pages.get_mut(self.current).expect("only pages that are there are drawn on")
    }

    /// The width of a text.
    pub(super) fn width(&self, style: Style, text: &str) -> i32 {
        self.fonts.width(style.face, style.size, text)
    }

    /// Writes one line.
    pub(super) fn line(&mut self, style: Style, left: i32, top: i32, text: &str) {
        let shown = self.fonts.shown(style.face, text);
        let foot = HEIGHT - top - style.ascent();
        let page = self.page();
        page.set_fill_color(style.colour.parts());
        page.begin_text();
        page.set_font(style.face.resource(), number(style.size));
        page.set_text_matrix([1.0, 0.0, 0.0, 1.0, number(left), number(foot)]);
        page.show(Str(&shown));
        page.end_text();
    }

    /// Writes one line that ends at an edge.
    pub(super) fn line_to(&mut self, style: Style, right: i32, top: i32, text: &str) {
        let left = right - self.width(style, text);
        self.line(style, left, top, text);
    }

    /// The lines of a text in a width; a word that is longer is broken.
    pub(super) fn broken(&self, style: Style, width: i32, text: &str) -> Vec<String> {
        let fits = |line: &str| self.width(style, line) <= width;
        let mut lines = Vec::new();
        for paragraph in text.split('\n') {
            let mut line = String::new();
            for word in paragraph.split(' ') {
                let longer =
                    if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
                if fits(&longer) {
                    line = longer;
                    continue;
                }
                if !line.is_empty() {
                    lines.push(std::mem::take(&mut line));
                }
                for letter in word.chars() {
                    line.push(letter);
                    if !fits(&line) && line.chars().count() > 1 {
                        line.pop();
                        lines.push(std::mem::replace(&mut line, letter.to_string()));
                    }
                }
            }
            lines.push(line);
        }
        lines
    }

    /// Writes a text from the top of a frame and returns where it ends.
    pub(super) fn text(&mut self, style: Style, frame: Frame, text: &str) -> i32 {
        let mut top = frame.top;
        for line in self.broken(style, frame.width, text) {
            self.line(style, frame.left, top, &line);
            top += style.leading();
        }
        top
    }

    /// The height of a text.
    pub(super) fn height(&self, style: Style, width: i32, text: &str) -> i32 {
        let lines = self.broken(style, width, text).len();
        i32::try_from(lines).unwrap_or(i32::MAX).saturating_mul(style.leading())
    }

    /// Fills a box.
    pub(super) fn fill(&mut self, colour: Colour, frame: Frame, height: i32) {
        let (left, foot) = (number(frame.left), number(HEIGHT - frame.top - height));
        let page = self.page();
        page.set_fill_color(colour.parts());
        page.rect(left, foot, number(frame.width), number(height)).fill_nonzero();
    }

    /// Draws a code, each of its modules so wide, and returns its width.
    pub(super) fn code(&mut self, modules: &Modules, module: i32, left: i32, top: i32) -> i32 {
        let width = modules.width().saturating_mul(module);
        let name = code_name(self.codes.len());
        self.codes.push(modules.clone());
        let page = self.page();
        page.save_state();
        page.set_fill_color(Colour::Ink.parts());
        let size = number(width);
        page.transform([size, 0.0, 0.0, size, number(left), number(HEIGHT - top - width)]);
        page.x_object(Name(name.as_bytes()));
        page.restore_state();
        width
    }

    /// The document's bytes.
    pub(super) fn finish(self, about: &About<'_>) -> Vec<u8> {
        let contents: Vec<Vec<u8>> =
            self.pages.into_iter().map(|page| page.finish().to_vec()).collect();
        let mut ids = Ids(0);
        let [catalog, tree, metadata, file, spec] = [(); 5].map(|()| ids.next());
        let fonts = Face::ALL.map(|face| (face, ids.take(OBJECTS)));
        let codes: Vec<Ref> = self.codes.iter().map(|_| ids.next()).collect();
        let pages: Vec<(Ref, Ref)> = contents.iter().map(|_| (ids.next(), ids.next())).collect();

        let mut pdf = Pdf::new();
        let parts = contents.iter().map(Vec::as_slice).chain([about.keywords.as_bytes()]);
        let parts: Vec<&[u8]> = parts.chain(about.attached.iter().map(|it| it.bytes)).collect();
        let id = sha256(&parts)[..16].to_vec();
        pdf.set_file_id((id.clone(), id));

        let mut root = pdf.catalog(catalog);
        root.pages(tree).metadata(metadata).lang(TextStr(about.language));
        root.viewer_preferences().display_doc_title(true);
        if let Some(attached) = &about.attached {
            root.names().embedded_files().names().insert(Str(attached.name.as_bytes()), spec);
            root.insert(Name(b"AF")).array().item(spec);
        }
        root.finish();
        let count = i32::try_from(pages.len()).unwrap_or(i32::MAX);
        pdf.pages(tree).kids(pages.iter().map(|(page, _)| *page)).count(count);
        for ((page, content), bytes) in pages.iter().zip(&contents) {
            let mut page = pdf.page(*page);
            page.parent(tree).contents(*content);
            page.media_box(Rect::new(0.0, 0.0, 595.3, 841.9));
            let mut resources = page.resources();
            resources
                .color_spaces()
                .insert(RGB)
                .start::<pdf_writer::writers::ColorSpace<'_>>()
                .srgb();
            resources.fonts().pairs(fonts.map(|(face, first)| (face.resource(), first)));
            let mut images = resources.x_objects();
            for (number, code) in codes.iter().enumerate() {
                images.pair(Name(code_name(number).as_bytes()), *code);
            }
            images.finish();
            resources.finish();
            page.finish();
            pdf.stream(*content, bytes);
        }
        for (code, modules) in codes.iter().zip(&self.codes) {
            let (width, rows) = (modules.width(), modules.rows());
            let mut image = pdf.image_xobject(*code, &rows);
            image.image_mask(true).width(width).height(width).bits_per_component(1);
            image.interpolate(false);
        }
        for (face, first) in fonts {
            self.fonts.write(face, &mut pdf, first);
        }
        if let Some(attached) = &about.attached {
            let size = i32::try_from(attached.bytes.len()).unwrap_or(i32::MAX);
            let mut stream = pdf.embedded_file(file, attached.bytes);
            stream.subtype(Name(attached.media_type.as_bytes()));
            let mut parameters = stream.params();
            parameters.size(size);
            if let Some(date) = date(about.time) {
                parameters.modification_date(date);
            }
            parameters.finish();
            stream.finish();
            let mut described = pdf.file_spec(spec);
            described.path(Str(attached.name.as_bytes())).unic_file(TextStr(attached.name));
            described.description(TextStr(attached.about));
            described.embedded_file_with_unicode(file);
            described.association_kind(AssociationKind::Source);
            described.finish();
        }
        pdf.metadata(metadata, xmp(about).as_bytes());
        pdf.finish()
    }
}

/// The colour space of the pages, calibrated: PDF/A needs no profile for it.
const RGB: Name<'static> = Name(b"C");

fn code_name(number: usize) -> String {
    format!("Q{number}")
}

/// Numbers of objects.
struct Ids(i32);

impl Ids {
    fn next(&mut self) -> Ref {
        self.take(1)
    }

    /// The first of so many.
    fn take(&mut self, count: i32) -> Ref {
        let first = Ref::new(self.0 + 1);
        self.0 += count;
        first
    }
}

/// A length as PDF takes it; a page is less than 32,767 twips high.
fn number(length: i32) -> f32 {
    f32::from(i16::try_from(length).unwrap_or(i16::MAX))
}

/// A time in UTC.
fn date(time: UnixMillis) -> Option<Date> {
    let written = text::rfc3339(time);
    let part = |range| written.get(range);
    let short = |range| part(range).and_then(|text: &str| text.parse::<u8>().ok());
    let year = part(0..4)?.parse().ok()?;
    let day = Date::new(year).month(short(5..7)?).day(short(8..10)?);
    Some(day.hour(short(11..13)?).minute(short(14..16)?).second(short(17..19)?).utc_offset_hour(0))
}

/// What the document says of itself, as PDF/A demands.
fn xmp(about: &About<'_>) -> String {
    let [title, language, keywords] = [about.title, about.language, about.keywords].map(escaped);
    format!(
        "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n\
         <x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n\
         <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n\
         <rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" \
         xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\" xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\">\n\
         <dc:format>application/pdf</dc:format>\n\
         <dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">{title}</rdf:li></rdf:Alt></dc:title>\n\
         <dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>\n\
         <pdf:Keywords>{keywords}</pdf:Keywords>\n\
         <pdfaid:part>3</pdfaid:part>\n\
         <pdfaid:conformance>B</pdfaid:conformance>\n\
         </rdf:Description>\n</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"r\"?>"
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
