//! A certificate authority that lives as long as a test.

use std::path::Path;

use rcgen::{BasicConstraints, Certificate, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::server::{WantsServerCert, WebPkiClientVerifier};
use rustls::{ConfigBuilder, RootCertStore, ServerConfig, SupportedProtocolVersion};
use tempfile::NamedTempFile;

/// Whether `SSL_CERT_FILE` makes a client trust the test's authority: elsewhere the system's own
/// settings decide (rustls-platform-verifier), and no test changes those.
pub const CAN_TRUST: bool = cfg!(target_os = "linux");

/// A certificate authority, and the file that a client has to trust to trust it.
pub struct TestCa {
    issuer: CertifiedIssuer<'static, KeyPair>,
    file: NamedTempFile,
}

impl TestCa {
    /// Makes one.
    pub fn new() -> Self {
        let mut params = CertificateParams::new([]).expect("no names are valid names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("the system has randomness");
        let issuer = CertifiedIssuer::self_signed(params, key).expect("the parameters are valid");
        let file = NamedTempFile::new().expect("the system has temporary files");
        std::fs::write(file.path(), issuer.pem()).expect("they can be written");
        Self { issuer, file }
    }

    /// The authority's certificate as a PEM file, for `SSL_CERT_FILE`.
    pub fn file(&self) -> &Path {
        self.file.path()
    }

    /// What a server needs to show a certificate for `name` that this authority vouches for.
    pub fn server_config(&self, name: &str) -> ServerConfig {
        self.signed(params(name))
    }

    /// The same with a certificate that has expired.
    pub fn expired_config(&self, name: &str) -> ServerConfig {
        let mut params = params(name);
        params.not_before = rcgen::date_time_ymd(2019, 1, 1);
        params.not_after = rcgen::date_time_ymd(2020, 1, 1);
        self.signed(params)
    }

    /// The same for a server that wants a certificate of this authority from its clients, too, and
    /// speaks this version of TLS.
    pub fn demanding_config(
        &self,
        name: &str,
        version: &'static SupportedProtocolVersion,
    ) -> ServerConfig {
        let key = KeyPair::generate().expect("the system has randomness");
        let certificate = params(name).signed_by(&key, &self.issuer).expect("they are valid");
        let mut roots = RootCertStore::empty();
        roots.add(self.issuer.der().clone()).expect("it is a certificate");
        let clients = WebPkiClientVerifier::builder(roots.into()).build().expect("it has a root");
        let builder = ServerConfig::builder_with_protocol_versions(&[version]);
        with_certificate(builder.with_client_cert_verifier(clients), certificate, &key)
    }

    /// What a server needs to show a certificate for `name` that only it itself vouches for.
    pub fn self_signed_config(name: &str) -> ServerConfig {
        let key = KeyPair::generate().expect("the system has randomness");
        let certificate = params(name).self_signed(&key).expect("the parameters are valid");
        config(certificate, &key)
    }

    fn signed(&self, params: CertificateParams) -> ServerConfig {
        let key = KeyPair::generate().expect("the system has randomness");
        let certificate = params.signed_by(&key, &self.issuer).expect("the parameters are valid");
        config(certificate, &key)
    }
}

fn params(name: &str) -> CertificateParams {
    CertificateParams::new([name.to_owned()]).expect("the name is valid")
}

fn config(certificate: Certificate, key: &KeyPair) -> ServerConfig {
    with_certificate(ServerConfig::builder().with_no_client_auth(), certificate, key)
}

fn with_certificate(
    builder: ConfigBuilder<ServerConfig, WantsServerCert>,
    certificate: Certificate,
    key: &KeyPair,
) -> ServerConfig {
    let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
    builder.with_single_cert(vec![certificate.into()], key).expect("the key belongs to it")
}

impl Default for TestCa {
    fn default() -> Self {
        Self::new()
    }
}
