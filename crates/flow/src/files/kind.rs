//! What a file is, by its first bytes: as MIME, and described as libmagic would begin.

/// The two names of a type; none where it is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Kind {
    pub mime: Option<&'static str>,
    pub magic: Option<&'static str>,
}

impl Kind {
    const fn new(mime: &'static str, magic: &'static str) -> Self {
        Self {
            mime: Some(mime),
            magic: Some(magic),
        }
    }
}

/// The type of a file that begins so.
pub(super) fn of(head: &[u8]) -> Kind {
    if let Some(kind) = portable_executable(head)
        .or_else(|| elf(head))
        .or_else(|| pdf(head))
        .or_else(|| by_prefix(head))
    {
        return kind;
    }
    if let Some(found) = infer::get(head) {
        return Kind {
            mime: Some(found.mime_type()),
            magic: described(found.mime_type()),
        };
    }
    text(head)
}

/// Beginnings that say enough. Checked in order.
const PREFIXES: &[(&[u8], &str, &str)] = &[
    (
        b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR",
        "text/plain",
        "EICAR virus test files",
    ),
    (
        b"ITSF",
        "application/vnd.ms-htmlhelp",
        "MS Windows HtmlHelp Data",
    ),
    (
        b"\x4c\x00\x00\x00\x01\x14\x02\x00",
        "application/x-ms-shortcut",
        "MS Windows shortcut",
    ),
    (
        b"FWS",
        "application/x-shockwave-flash",
        "Macromedia Flash data",
    ),
    (
        b"CWS",
        "application/x-shockwave-flash",
        "Macromedia Flash data (compressed)",
    ),
    (
        b"ZWS",
        "application/x-shockwave-flash",
        "Macromedia Flash data (lzma compressed)",
    ),
    (
        b"\xca\xfe\xd0\x0d",
        "application/java-archive",
        "JAR compressed with pack200",
    ),
    (
        b"Rar!\x1a\x07\x00",
        "application/vnd.rar",
        "RAR archive data, v4",
    ),
    (
        b"Rar!\x1a\x07\x01\x00",
        "application/vnd.rar",
        "RAR archive data, v5",
    ),
    (b"GIF87a", "image/gif", "GIF image data, version 87a"),
    (b"GIF89a", "image/gif", "GIF image data, version 89a"),
    (
        b"#!/bin/sh",
        "text/x-shellscript",
        "POSIX shell script, ASCII text executable",
    ),
    (
        b"#!/bin/bash",
        "text/x-shellscript",
        "Bourne-Again shell script, ASCII text executable",
    ),
    (
        b"#!/usr/bin/env python",
        "text/x-python",
        "Python script, ASCII text executable",
    ),
    (
        b"#!/usr/bin/python",
        "text/x-python",
        "Python script, ASCII text executable",
    ),
    (
        b"#!/usr/bin/perl",
        "text/x-perl",
        "Perl script text executable",
    ),
    (b"<?php", "text/x-php", "PHP script, ASCII text"),
    (
        b"@echo off",
        "text/x-msdos-batch",
        "DOS batch file, ASCII text",
    ),
    (
        b"@ECHO OFF",
        "text/x-msdos-batch",
        "DOS batch file, ASCII text",
    ),
    (b"{\\rtf", "text/rtf", "Rich Text Format data"),
    (b"ISc(", "application/x-installshield", "InstallShield CAB"),
];

fn by_prefix(head: &[u8]) -> Option<Kind> {
    PREFIXES
        .iter()
        .find(|(prefix, ..)| head.starts_with(prefix))
        .map(|(_, mime, magic)| Kind::new(mime, magic))
}

/// What libmagic says of the types that `infer` knows by number.
fn described(mime: &str) -> Option<&'static str> {
    const DESCRIPTIONS: &[(&str, &str)] = &[
        ("application/zip", "Zip archive data"),
        ("application/gzip", "gzip compressed data"),
        ("application/x-bzip2", "bzip2 compressed data"),
        ("application/x-7z-compressed", "7-zip archive data"),
        ("application/x-xz", "XZ compressed data"),
        ("application/zstd", "Zstandard compressed data"),
        ("application/x-tar", "POSIX tar archive"),
        (
            "application/vnd.ms-cab-compressed",
            "Microsoft Cabinet archive data",
        ),
        ("application/java", "compiled Java class data"),
        ("application/x-mach-binary", "Mach-O executable"),
        ("application/vnd.android.dex", "Dalvik dex file"),
        ("application/wasm", "WebAssembly (wasm) binary module"),
        (
            "application/x-ole-storage",
            "Composite Document File V2 Document",
        ),
        ("application/msword", "Composite Document File V2 Document"),
        (
            "application/vnd.ms-excel",
            "Composite Document File V2 Document",
        ),
        (
            "application/vnd.ms-powerpoint",
            "Composite Document File V2 Document",
        ),
        (
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "Microsoft Word 2007+",
        ),
        (
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "Microsoft Excel 2007+",
        ),
        (
            "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            "Microsoft PowerPoint 2007+",
        ),
        (
            "application/vnd.oasis.opendocument.text",
            "OpenDocument Text",
        ),
        ("application/vnd.sqlite3", "SQLite 3.x database"),
        ("application/rtf", "Rich Text Format data"),
        ("application/postscript", "PostScript document text"),
        (
            "application/x-google-chrome-extension",
            "Google Chrome extension",
        ),
        (
            "application/vnd.debian.binary-package",
            "Debian binary package",
        ),
        ("application/x-rpm", "RPM"),
        ("image/jpeg", "JPEG image data"),
        ("image/png", "PNG image data"),
        ("image/bmp", "PC bitmap"),
        ("image/tiff", "TIFF image data"),
        ("image/webp", "RIFF (little-endian) data, Web/P image"),
        ("image/vnd.microsoft.icon", "MS Windows icon resource"),
        ("video/mp4", "ISO Media, MP4"),
        ("audio/mpeg", "Audio file with ID3"),
        ("application/font-woff", "Web Open Font Format"),
        ("text/html", "HTML document, ASCII text"),
        ("text/xml", "XML 1.0 document, ASCII text"),
        ("text/x-shellscript", "a script, ASCII text executable"),
    ];
    DESCRIPTIONS
        .iter()
        .find(|(known, _)| *known == mime)
        .map(|(_, magic)| *magic)
}

fn u16_le(bytes: &[u8], at: usize) -> Option<u16> {
    let end = at.checked_add(2)?;
    bytes
        .get(at..end)?
        .first_chunk()
        .map(|pair| u16::from_le_bytes(*pair))
}

fn u32_le(bytes: &[u8], at: usize) -> Option<u32> {
    let end = at.checked_add(4)?;
    bytes
        .get(at..end)?
        .first_chunk()
        .map(|four| u32::from_le_bytes(*four))
}

/// DOS stub, PE signature, optional header's magic and subsystem.
fn portable_executable(head: &[u8]) -> Option<Kind> {
    const MIME: &str = "application/vnd.microsoft.portable-executable";
    if !head.starts_with(b"MZ") {
        return None;
    }
    let dos = Kind::new("application/x-dosexec", "MS-DOS executable");
    let Some(pe) = u32_le(head, 0x3c).and_then(|at| usize::try_from(at).ok()) else {
        return Some(dos);
    };
    let Some(rest) = head.get(pe..) else {
        // The header lies beyond what was kept; nearly always it is a program for Windows.
        return Some(Kind::new(MIME, "PE32 executable, for MS Windows"));
    };
    if !rest.starts_with(b"PE\0\0") {
        return Some(dos);
    }
    let machine = u16_le(rest, 4).unwrap_or(0);
    let is_library = u16_le(rest, 22).unwrap_or(0) & 0x2000 != 0;
    let is_plus = u16_le(rest, 24) == Some(0x20b);
    let is_console = u16_le(rest, 92) == Some(3);
    let magic = match (is_plus, is_library, is_console, machine) {
        (false, true, true, _) => "PE32 executable (DLL) (console) Intel 80386, for MS Windows",
        (false, true, false, _) => "PE32 executable (DLL) (GUI) Intel 80386, for MS Windows",
        (false, false, true, _) => "PE32 executable (console) Intel 80386, for MS Windows",
        (false, false, false, _) => "PE32 executable (GUI) Intel 80386, for MS Windows",
        (true, true, _, 0xaa64) => "PE32+ executable (DLL) (GUI) Aarch64, for MS Windows",
        (true, false, _, 0xaa64) => "PE32+ executable (GUI) Aarch64, for MS Windows",
        (true, true, true, _) => "PE32+ executable (DLL) (console) x86-64, for MS Windows",
        (true, true, false, _) => "PE32+ executable (DLL) (GUI) x86-64, for MS Windows",
        (true, false, true, _) => "PE32+ executable (console) x86-64, for MS Windows",
        (true, false, false, _) => "PE32+ executable (GUI) x86-64, for MS Windows",
    };
    Some(Kind::new(MIME, magic))
}

fn elf(head: &[u8]) -> Option<Kind> {
    if !head.starts_with(b"\x7fELF") {
        return None;
    }
    let is_shared = u16_le(head, 16) == Some(3);
    let magic = match (head.get(4)?, head.get(5)?, is_shared) {
        (1, 1, false) => "ELF 32-bit LSB executable",
        (1, 1, true) => "ELF 32-bit LSB shared object",
        (1, _, _) => "ELF 32-bit MSB executable",
        (_, 1, false) => "ELF 64-bit LSB executable",
        (_, 1, true) => "ELF 64-bit LSB shared object",
        (_, _, _) => "ELF 64-bit MSB executable",
    };
    Some(Kind::new("application/x-executable", magic))
}

fn pdf(head: &[u8]) -> Option<Kind> {
    let version = head.strip_prefix(b"%PDF-")?.get(..3);
    let magic = match version {
        Some(b"1.0") => "PDF document, version 1.0",
        Some(b"1.1") => "PDF document, version 1.1",
        Some(b"1.2") => "PDF document, version 1.2",
        Some(b"1.3") => "PDF document, version 1.3",
        Some(b"1.4") => "PDF document, version 1.4",
        Some(b"1.5") => "PDF document, version 1.5",
        Some(b"1.6") => "PDF document, version 1.6",
        Some(b"1.7") => "PDF document, version 1.7",
        Some(b"2.0") => "PDF document, version 2.0",
        _ => "PDF document",
    };
    Some(Kind::new("application/pdf", magic))
}

/// Markup and plain text, by their first words and by having only characters of text.
fn text(head: &[u8]) -> Kind {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let start = head.trim_ascii_start();
    let begins = |word: &[u8]| {
        start
            .get(..word.len())
            .is_some_and(|found| found.eq_ignore_ascii_case(word))
    };
    if [
        &b"<html"[..],
        b"<!doctype html",
        b"<head",
        b"<script",
        b"<body",
    ]
    .iter()
    .any(|word| begins(word))
    {
        return Kind::new("text/html", "HTML document, ASCII text");
    }
    if begins(b"<?xml") {
        return Kind::new("text/xml", "XML 1.0 document, ASCII text");
    }
    let is_text = |byte: &u8| matches!(byte, 0x07..=0x0d | 0x1b | 0x20..=0x7e);
    if !head.is_empty() && head.iter().all(is_text) {
        return Kind::new("text/plain", "ASCII text");
    }
    if !head.is_empty() && is_utf8_text(head) {
        return Kind::new("text/plain", "UTF-8 Unicode text");
    }
    Kind::default()
}

/// The head may be cut inside a character.
fn is_utf8_text(head: &[u8]) -> bool {
    let valid = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            let valid = head.get(..error.valid_up_to()).unwrap_or(&[]);
            std::str::from_utf8(valid).unwrap_or("\0")
        }
        Err(_) => return false,
    };
    let is_text = |c: char| !c.is_control() || matches!(c, '\x07'..='\x0d' | '\x1b');
    valid.chars().all(is_text)
}
