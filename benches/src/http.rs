//! A client of HTTP/1.1 over one kept connection, as little of it as the generator needs.

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// A kept connection to a validator.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: BufReader<TcpStream>,
    host: String,
    /// Further lines of the heads of what is fetched.
    asking: String,
    head: Vec<u8>,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// `Tamga-Batch-Rejected`.
    pub(crate) rejected: usize,
    /// Leaves under the newest final checkpoint, from `Tamga-Checkpoint`.
    pub(crate) final_size: Option<u64>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The body as text.
    pub(crate) fn text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }
}

impl Connection {
    /// Connects to `127.0.0.1:port` and the like.
    pub(crate) async fn open(host: &str) -> Result<Self> {
        let stream = TcpStream::connect(host).await.with_context(|| host.to_owned())?;
        stream.set_nodelay(true)?;
        let (host, asking) = (host.to_owned(), "Accept: application/json\r\n".to_owned());
        Ok(Self { stream: BufReader::new(stream), host, asking, head: Vec::new() })
    }

    /// The same, to fetch text with a token.
    pub(crate) async fn open_for_text(host: &str, token: &str) -> Result<Self> {
        let asking = format!("Accept: text/plain\r\nAuthorization: Bearer {token}\r\n");
        Ok(Self { asking, ..Self::open(host).await? })
    }

    /// Fetches a path.
    pub(crate) async fn get(&mut self, path: &str) -> Result<Answer> {
        let request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\n{}\r\n", self.host, self.asking);
        self.stream.get_mut().write_all(request.as_bytes()).await?;
        self.answer().await
    }

    /// Posts bytes.
    pub(crate) async fn post(&mut self, path: &str, media: &str, body: &[u8]) -> Result<Answer> {
        let mut request = format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: {media}\r\nAccept: text/plain\r\nContent-Length: {}\r\n\r\n",
            self.host,
            body.len()
        )
        .into_bytes();
        request.extend_from_slice(body);
        self.stream.get_mut().write_all(&request).await?;
        self.answer().await
    }

    async fn answer(&mut self) -> Result<Answer> {
        let line = self.line().await?;
        let status = line
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok())
            .context("a status line")?;
        let mut answer = Answer { status, rejected: 0, final_size: None, body: Vec::new() };
        let mut length = None;
        loop {
            let line = self.line().await?;
            let Some((name, value)) = line.split_once(':') else { break };
            let value = value.trim();
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = Some(value.parse()?),
                "tamga-batch-rejected" => answer.rejected = value.parse()?,
                "tamga-checkpoint" => {
                    let size = value.split(';').find_map(|part| part.trim().strip_prefix("size="));
                    answer.final_size = size.and_then(|size| size.parse().ok());
                }
                "transfer-encoding" => {
                    bail!("an answer in chunks, which this client does not read")
                }
                _ => {}
            }
        }
        answer.body = vec![0; length.unwrap_or_default()];
        self.stream.read_exact(&mut answer.body).await?;
        Ok(answer)
    }

    async fn line(&mut self) -> Result<String> {
        self.head.clear();
        if self.stream.read_until(b'\n', &mut self.head).await? == 0 {
            bail!("the connection was closed");
        }
        Ok(std::str::from_utf8(&self.head)?.trim_end().to_owned())
    }
}
