//! Words that are common in what networks carry: a literal made of them is not as rare as its bytes.

use std::sync::LazyLock;

/// Bytes of a window that is looked for among the words.
pub(crate) const WINDOW: usize = 4;

/// In lower case: names and values of HTTP header fields (RFC 9110) as clients and servers send them, parts of URLs and of
/// pages, greetings of other protocols.
const WORDS: &[&[u8]] = &[
    // Methods, codes, lines and fields of HTTP.
    b"get",
    b"post",
    b"200",
    b"302",
    b"404",
    b"get / http/1.1\r\n",
    b"get /",
    b"post /",
    b"http/1.0",
    b"http/1.1 200 ok\r\n",
    b"http://www.",
    b"https://",
    b"\r\n\r\n",
    b"\r\nhost: ",
    b"\r\nhost\r\n",
    b"\r\nuser-agent: ",
    b"\r\nuser-agent\r\n",
    b"\r\naccept: ",
    b"\r\naccept\r\n",
    b"\r\naccept-encoding: gzip, deflate",
    b"\r\naccept-encoding\r\n",
    b"\r\naccept-language: en-us,en;q=0.",
    b"\r\naccept-language\r\n",
    b"accept-charset",
    b"\r\nconnection: keep-alive\r\n",
    b"\r\nconnection: close\r\n",
    b"\r\nconnection\r\n",
    b"\r\ncontent-length: ",
    b"\r\ncontent-length\r\n",
    b"\r\ncontent-type: ",
    b"\r\ncontent-type\r\n",
    b"content-encoding: ",
    b"content-disposition: attachment; filename=",
    b"content-transfer-encoding: base64",
    b"\r\ncache-control: no-cache\r\n",
    b"\r\ncache-control\r\n",
    b"\r\npragma: no-cache\r\n",
    b"\r\npragma\r\n",
    b"\r\nreferer: ",
    b"\r\nreferer\r\n",
    b"\r\ncookie: ",
    b"\r\ncookie\r\n",
    b"set-cookie: ",
    b"path=/",
    b"expires=",
    b"\r\nauthorization: basic ",
    b"\r\nrange: bytes=",
    b"if-modified-since: ",
    b"last-modified: ",
    b"transfer-encoding: chunked\r\n",
    b"upgrade-insecure-requests",
    b"x-requested-with: xmlhttprequest",
    b"server: apache",
    b"server: nginx",
    b" gmt\r\n",
    b"date: ",
    b"location: ",
    // Their values.
    b"mozilla/4.0 (compatible; msie ",
    b"mozilla/5.0 (windows nt 10.0; win64; x64) applewebkit/537.36 (khtml, like gecko) chrome/",
    b" safari/537.36",
    b"windows nt 6.1; ",
    b"wow64; ",
    b"trident/",
    b"; rv:",
    b"gecko/20100101 firefox/",
    b"macintosh; intel mac os x ",
    b"x11; linux x86_64",
    b"text/html",
    b"text/plain",
    b"text/css",
    b"image/",
    b"*/*",
    b"application/json",
    b"application/xml",
    b"application/octet-stream",
    b"application/x-www-form-urlencoded",
    b"application/javascript",
    b"multipart/form-data; boundary=",
    b"charset=utf-8",
    b"charset=iso-8859-1",
    // Parts of URLs, forms and pages.
    b"www.",
    b".com",
    b"index.php",
    b".php?",
    b".html",
    b".aspx",
    b".jpg",
    b".png",
    b".gif",
    b".exe",
    b"/images/",
    b"?id=",
    b"&id=",
    b"type=",
    b"name=",
    b"value=",
    b"<html>",
    b"<head>",
    b"<body",
    b"<script",
    b"</script>",
    b"text/javascript",
    b"function",
    b"document.",
    b"window.",
    b"script",
    b"var ",
    b"language",
    b"encoding",
    // Other protocols.
    b"ntlmssp",
    b"ssh-2.0-",
    b"this program cannot be run in dos mode",
];

/// Windows within the words, each as one number, sorted.
static WINDOWS: LazyLock<Vec<u32>> = LazyLock::new(|| {
    let mut windows: Vec<u32> = WORDS
        .iter()
        .flat_map(|word| word.windows(WINDOW))
        .map(number)
        .collect();
    windows.sort_unstable();
    windows.dedup();
    windows
});

fn number(window: &[u8]) -> u32 {
    window
        .iter()
        .fold(0, |number, byte| number << 8 | u32::from(*byte))
}

/// Whether four bytes, letters in lower case, stand so in a common word.
pub(crate) fn is_common(window: &[u8]) -> bool {
    window.len() == WINDOW && WINDOWS.binary_search(&number(window)).is_ok()
}

/// Whether some bytes, letters in lower case, are a common word by themselves.
pub(crate) fn is_word(bytes: &[u8]) -> bool {
    WORDS.contains(&bytes)
}
